"""Misspellings so common that many texts hold them, so that no count of texts can tell them from words."""

from __future__ import annotations

from typing import Final

from annotate.lexicon.lexicon import word_tuple

MISSPELLINGS: Final[dict[str, str]] = dict(
    pair.split(">")
    for pair in word_tuple(
        """
        abandonned>abandoned accidently>accidentally accomodate>accommodate accomodation>accommodation
        accross>across acheive>achieve acheived>achieved acknowleged>acknowledged acomplish>accomplish
        adress>address adressed>addressed agressive>aggressive agression>aggression alledged>alleged
        alledgedly>allegedly alot>a_lot amatuer>amateur annoucement>announcement annouced>announced
        apparant>apparent apparantly>apparently appearence>appearance aquire>acquire aquired>acquired
        arguement>argument assasination>assassination assasinated>assassinated athiest>atheist
        attacment>attachment attemp>attempt attendence>attendance auxillary>auxiliary availible>available
        avaliable>available basicly>basically beacuse>because becuase>because beleive>believe beleived>believed
        benificial>beneficial begining>beginning beggining>beginning beseiged>besieged bussiness>business
        buisness>business calender>calendar camoflage>camouflage carribean>caribbean catagory>category
        cemetary>cemetery challange>challenge changable>changeable collegue>colleague collegues>colleagues
        comission>commission commited>committed commitee>committee committment>commitment comparision>comparison
        competely>completely completly>completely concensus>consensus concieved>conceived
        congradulations>congratulations consistant>consistent contraversial>controversial
        controversal>controversial convinient>convenient critisism>criticism critisized>criticized
        decison>decision definate>definite definately>definitely definitly>definitely desireable>desirable
        desparate>desperate develope>develop developement>development diffrent>different dilemna>dilemma
        disapear>disappear disapeared>disappeared disapoint>disappoint disasterous>disastrous
        dissapear>disappear dissapeared>disappeared dissapoint>disappoint dissapointed>disappointed
        embarass>embarrass embarassed>embarrassed embarassing>embarrassing embarassment>embarrassment
        enviroment>environment enviromental>environmental equiptment>equipment excercise>exercise
        existance>existence experiance>experience explaination>explanation extention>extension
        extreemly>extremely familar>familiar febuary>february finaly>finally flourescent>fluorescent
        foriegn>foreign fourty>forty freind>friend freinds>friends futher>further garantee>guarantee
        goverment>government goverments>governments governer>governor gaurd>guard gaurantee>guarantee
        grammer>grammar greatful>grateful happend>happened harrass>harass harrassed>harassed
        harrassment>harassment heighth>height hieght>height hygeine>hygiene hypocracy>hypocrisy
        immediatly>immediately imediately>immediately incidently>incidentally independance>independence
        independant>independent indispensible>indispensable inital>initial innoculate>inoculate
        intellegence>intelligence intelligance>intelligence interupt>interrupt interupted>interrupted
        irresistable>irresistible knowlege>knowledge liason>liaison libary>library likelyhood>likelihood
        maintainance>maintenance maintenence>maintenance managment>management manuever>maneuver
        medecine>medicine millenium>millennium millitary>military mischievious>mischievous mispelled>misspelled
        neccessary>necessary neccesary>necessary necesary>necessary negociate>negotiate nieghbor>neighbor
        noticable>noticeable occassion>occasion occassionally>occasionally occured>occurred occuring>occurring
        occurence>occurrence occurance>occurrence occurrance>occurrence offical>official officals>officials
        ommitted>omitted oppurtunity>opportunity opponant>opponent orginal>original orginally>originally
        paralell>parallel parliment>parliament peice>piece peices>pieces percieve>perceive percieved>perceived
        perminent>permanent permanant>permanent perseverence>perseverance persistant>persistent
        personel>personnel peopel>people posession>possession possesion>possession potatos>potatoes
        practicaly>practically preceeding>preceding prefered>preferred presense>presence privelege>privilege
        priviledge>privilege probaly>probably proccess>process profesional>professional professer>professor
        pronounciation>pronunciation propoganda>propaganda publically>publicly pursuade>persuade
        questionaire>questionnaire realy>really recieve>receive recieved>received recieves>receives
        recieving>receiving reccomend>recommend reccommend>recommend recomend>recommend recomended>recommended
        refered>referred refering>referring referal>referral relevent>relevant religous>religious
        remeber>remember repitition>repetition representitive>representative resistence>resistance
        responsability>responsibility restarant>restaurant restaraunt>restaurant rythm>rhythm
        sacrafice>sacrifice scandel>scandal seperate>separate seperated>separated seperately>separately
        seperation>separation seige>siege sieze>seize siezed>seized similiar>similar sincerly>sincerely
        speach>speech strenght>strength succesful>successful succesfully>successfully successfull>successful
        succesor>successor sucess>success sucessful>successful sucessfully>successfully suprise>surprise
        suprised>surprised suprising>surprising supercede>supersede suspicous>suspicious teh>the
        tendancy>tendency threshhold>threshold thier>their tommorow>tomorrow tommorrow>tomorrow tomatos>tomatoes
        tounge>tongue transfered>transferred truely>truly twelth>twelfth tyrany>tyranny unforseen>unforeseen
        unfortunatly>unfortunately untill>until usefull>useful useing>using usualy>usually vaccum>vacuum
        vegtable>vegetable vehical>vehicle visable>visible weild>wield whereever>wherever wich>which wierd>weird
        withold>withhold writting>writing yeild>yield
        """
    )
)
"""Wrong → right, lower case; ``_`` is a blank. Words right in some sense ("dependant", "lightening") are not here."""
