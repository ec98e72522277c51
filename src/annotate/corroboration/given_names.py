"""Given names frequent in English-language news, written by hand: what tells a person from other capitalised words.

Names that are places or common words as often (Virginia, Jordan, April) are left out.
"""

from __future__ import annotations

from typing import Final

_LIST: Final = """
aaron abdul abdullah abraham adam adrian ahmad ahmed al alan albert alberto alejandro aleksandr alex alexander
alexandra alexei alexey alfred ali alice alison allen allison amanda amber amir amy ana anastasia andrea andreas
andrei andres andrew andrey andy angela angus ann anna anne annie anthony anton antonio antony ari arnold arthur asa
ashley ashton ayman aziz barack barbara barney barry bashar ben benjamin bernard bernie beth betsy betty beverly bill
billy blake bob bobby boris brad bradley brandon brenda brendan brent bret brett brian bridget brooke bruce bryan
byron caitlin calvin cameron carl carla carlos carly carmen carol caroline carolyn carrie cary casey cassandra
catherine cathy cecilia charles charlie cheryl chloe chris christian christina christine christopher chuck cindy
claire clarence claudia clayton cliff clint colin condoleezza connie corey cory craig cristina crystal curt curtis
cynthia daisy dan dana daniel danielle danny darrell darren dave david dawn dean deb debbie deborah debra denis denise
dennis derek devin diana diane dick diego dimitri dina dmitri dmitry dominic don donald donna doris dorothy doug
douglas drew duncan dustin dwight dylan earl ed eddie edgar edith eduardo edward edwin eileen elaine eleanor elena eli
elias elijah elizabeth ella ellen elliot elon emily emma emmanuel eric erica erik erin ernest esther ethan eugene eva
evan eve evelyn felix fernando fiona floyd frances francis francisco francois frank franklin fred frederick gabriel
gail gary gavin gene geoff geoffrey george gerald gerard gina giorgio giovanni glenn gloria gordon graham greg gregory
guy hank hannah hans harold harry harvey hasan hassan heather hector heidi helen helena henry herbert herman hillary
holly howard hugh hugo hussein ian ibrahim igor imran ingrid irene iris isaac isabel ivan ivanka jack jackie jacob
jacqueline jake jamal james jamie jan jane janet janice jared jason javier jay jean jeanne jeb jeff jeffrey jennifer
jenny jeremy jerome jerry jesse jessica jill jim jimmy joan joanna joe joel johan johannes john johnny jon jonas
jonathan jorge jose joseph josh joshua juan juanita judith judy julia julian julie justin kamala karen karl karla kate
katherine kathleen kathryn kathy katie kay keith kelly kellyanne ken kenneth kenny kerry kevin khaled khalid kim
kimberly kirk kirsten kirstjen kofi konstantin kristen kristin kurt kyle larry laura lauren laurence laurie lawrence
leah leif leon leonard leonid leslie lester lewis li liam lillian linda lindsay lindsey lionel lisa liz lloyd lois
loretta lori louis louise lucas lucia lucy luis luke lynn madeleine mahmoud malcolm malik manuel marc marcia marco
marcus margaret maria marianne marie marilyn mario marion mark marsha martha martin marvin mary mason matt matteo
matthew maureen maurice max maxim maxine maya megan mehdi melania melanie melissa melvin meredith michael michele
michelle miguel mike mikhail milton mimi miriam mitch mitchell mitt mohamed mohammad mohammed molly monica morgan
muhammad myron nadia nancy naomi natalia natalie nate nathan nathaniel neal neil nicholas nick nicola nicolas nicole
nigel nikki nikolai nina noah noam noel nora norman nouri olga oliver olivia omar osama oscar otto owen pamela pat
patricia patrick patty paul paula pauline pavel pedro peggy penny perry pete peter phil philip philippe phillip
phyllis pierre priscilla rachel rafael rahm ralph ramon rand randall randy raphael rashid raul ray raymond rebecca
reggie reince reinhard rex ricardo richard rick ricky rita rob robby robert roberta roberto robin rod rodney rodrigo
roger roland ron ronald ronnie rosa rose ross roy rudolph rudy rupert russell ruth ryan saddam sally salman sam
samantha samuel sandra sandy santiago sara sarah saul scott sean sebastian sergei sergey sergio seth shane shannon
sharon shaun shawn sheila sheldon sherrod shirley sidney silvio simon sofia sonia sophia sophie spencer stacey stacy
stan stanley stefan stella stephanie stephen steve steven stewart stuart sue susan susanna susie suzanne svetlana
sylvia tammy tanya tara tatiana ted terence teresa terry tessa thad theodore theresa thomas tiffany tim timothy tina
todd tom tommaso tommy toni tony tracy travis trent trevor trey tricia tyler ursula valerie vanessa vera vernon
veronica vicki victor viktor vincent vladimir volodymyr wade walter wanda warren wayne wendy wesley whitney wilbur
willard william willie wolfgang yasser yolanda youssef yuri yvonne zachary zack zoe
"""
GIVEN_NAMES: Final = frozenset(_LIST.split())
