"use strict";
// Draws everything with createElement and text nodes alone: nothing of a document is ever read as markup.
(async () => {
  // ---- data --------------------------------------------------------------------------------------------------------

  async function unpack(name) {
    const packed = Uint8Array.from(atob(document.getElementById(name).textContent), (c) => c.charCodeAt(0));
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
    return JSON.parse(await new Response(stream).text());
  }

  const KEPT = 4;
  const blocks = new Map();
  /** The entry of a document ("d") or a story ("s"); the last few blocks stay unpacked. */
  async function entry(kind, number) {
    const name = kind + Math.floor(number / index.block);
    if (!blocks.has(name)) blocks.set(name, unpack(name));
    const block = await blocks.get(name);
    if (blocks.size > KEPT) blocks.delete(blocks.keys().next().value);
    return block[number % index.block];
  }

  const main = document.getElementById("main");
  if (typeof DecompressionStream === "undefined" || !Map.groupBy) {
    main.replaceChildren("This browser is too old to unpack the page’s data; use one of 2024 or later.");
    return;
  }
  const index = await unpack("index");
  const documents = index.documents;
  const stories = index.stories;
  documents.forEach((d, n) => (d.n = n));
  stories.forEach((s, n) => (s.n = n));
  const byId = new Map(documents.map((d) => [d.id, d]).reverse());
  const labelOf = new Map(index.labels.map((l) => [l.label, l]));
  const severities = index.severities.map((s) => s.severity);
  const overview = index.overview;
  const sourceOf = new Map(overview.sources.map((s) => [s.source, s]));

  // ---- building blocks ---------------------------------------------------------------------------------------------

  function fill(node, attributes, children) {
    for (const [key, value] of Object.entries(attributes)) {
      if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
      else if (value === true) node.setAttribute(key, "");
      else if (value !== false && value !== null && value !== undefined) node.setAttribute(key, value);
    }
    node.append(...children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false));
    return node;
  }
  const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
  const svg = (name, attributes = {}, ...children) =>
    fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

  const INVISIBLE = /([\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff])/;
  /** Text of a document: characters that would act instead of appear are shown by their code as well. */
  const said = (text) => el("bdi", {}, appearing(String(text)));
  const appearing = (text) =>
    text.split(INVISIBLE).map((part, i) => {
      if (i % 2 === 0) return part;
      return el("span", { class: "code", "data-code": `U+${part.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}` }, part);
    });

  const count = (number, what, plural = `${what}s`) => `${number.toLocaleString("en")} ${number === 1 ? what : plural}`;
  const two = (value) => (value === null || value === undefined ? "–" : value.toFixed(2));
  const percent = (value) => `${(100 * value).toFixed(value && value < 0.1 ? 1 : 0)} %`;
  const words = (slug) => String(slug).replaceAll("-", " ");
  const sum = (values) => values.reduce((a, b) => a + b, 0);
  const short = (text, length) => (text.length > length ? `${Array.from(text).slice(0, length - 1).join("")}…` : text);
  const hash = (path, parameters = {}) => {
    const query = new URLSearchParams(Object.entries(parameters).filter(([, v]) => v !== "" && v !== null)).toString();
    return `#/${path}${query ? `?${query}` : ""}`;
  };
  const link = (path, parameters, ...children) => el("a", { href: hash(path, parameters) }, ...children);
  const toDocument = (n, to = {}) => link(`document/${n + 1}`, to, said(documents[n].title));
  /** The document that says something, at the flag or value it is about; by its id alone where it is not known. */
  const who = (x) => {
    if (x.document === undefined) return toId(x.id);
    return toDocument(x.document, x.claim === undefined ? { flag: x.flag + 1 } : { claim: x.claim + 1 });
  };
  const listOf = (nodes) => nodes.map((node, i) => [i > 0 && ", ", node]);
  /** A document named by its id, as evidence names it: a link where it is among these records. */
  const toId = (id) => (byId.has(id) ? link(`document/${byId.get(id).n + 1}`, {}, said(id)) : said(id));

  function section(title, ...children) {
    const id = `h-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
    return el("section", { "aria-labelledby": id }, el("h2", { id }, title), ...children);
  }
  function select(name, title, options, value, change) {
    const control = el("select", { id: `f-${name}`, name, onchange: (e) => change(e.target.value) });
    for (const [key, text] of options) control.append(el("option", { value: key, selected: key === value }, text));
    return el("p", { class: `field field-${name}` }, el("label", { for: `f-${name}` }, title), control);
  }

  const status = document.getElementById("status");
  const announce = (text) => (status.textContent = text);

  /** A plain table. Columns: {name, number}; rows: lists of cells, the first of which heads its row. */
  function table(caption, columns, rows, attributes = {}) {
    const cell = (c, content, head) =>
      el(head ? "th" : "td", {
        ...(head ? { scope: "row", role: "rowheader" } : { role: "cell" }),
        class: columns[c].number && "number",
        "data-name": columns[c].name,
      }, content === null || content === "–" ? el("span", { class: "nothing" }, "–") : content);
    return el("table", { role: "table", ...attributes },
      el("caption", {}, caption),
      el("thead", { role: "rowgroup" }, el("tr", { role: "row" }, columns.map((c) =>
        el("th", { scope: "col", role: "columnheader", class: c.number && "number", "aria-sort": c.sorted }, c.head || c.name)))),
      el("tbody", { role: "rowgroup" }, rows.map((row) =>
        el("tr", { role: "row" }, row.map((content, c) => cell(c, content, c === 0))))));
  }

  const ROWS = 50;
  /** Rows sorted and paged as the parameters say. A column: {key, name, cell, value (to sort by), number, falling}. */
  function listing({ caption, columns, rows, parameters, change, what }) {
    const sorted = columns.find((c) => c.key === parameters.get("sort") && c.value);
    const falling = parameters.get("order") === "falling";
    if (sorted) {
      const keyed = rows.map((row) => [sorted.value(row), row]);
      const compare = (a, b) => (typeof a === "string" ? a.localeCompare(b, "en") : a - b);
      const missing = (v) => v === null || v === undefined || v === "";
      keyed.sort(([a], [b]) => missing(a) - missing(b) || (missing(a) ? 0 : falling ? compare(b, a) : compare(a, b)));
      rows = keyed.map(([, row]) => row);
    }
    const pages = Math.max(1, Math.ceil(rows.length / ROWS));
    const page = Math.min(pages, Math.max(1, Math.floor(Number(parameters.get("page"))) || 1));
    const begin = (page - 1) * ROWS;
    const visible = rows.slice(begin, begin + ROWS);
    const range = rows.length > visible.length ? `${begin + 1}–${begin + visible.length} of ` : "";
    const summary = `${range}${count(rows.length, ...what)}`;
    const heads = columns.map((c) => {
      if (!c.value) return { ...c };
      const now = c === sorted ? (falling ? "descending" : "ascending") : "none";
      const order = c === sorted ? (falling ? "" : "falling") : c.falling ? "falling" : "";
      const button = el("button", { type: "button", class: "sort", "data-keep": `sort-${c.key}`,
        onclick: () => change({ sort: c.key, order, page: "" }) }, c.name);
      return { ...c, sorted: now, head: button };
    });
    const turn = (text, to) => el("button", { type: "button", disabled: to < 1 || to > pages, "data-keep": text,
      onclick: () => change({ page: to === 1 ? "" : String(to) }) }, text);
    const pager = pages > 1 && el("nav", { class: "pager", "aria-label": "Pages" },
      turn("First", page === 1 ? 0 : 1), turn("Previous", page - 1),
      el("span", {}, `Page ${page} of ${pages.toLocaleString("en")}`),
      turn("Next", page + 1), turn("Last", page === pages ? 0 : pages));
    const body = rows.length
      ? table(caption, heads, visible.map((row) => columns.map((c) => c.cell(row))), { class: "cards brief" })
      : el("p", {}, "Nothing fits these filters.");
    return { summary, rows, node: el("div", {}, el("p", { class: "summary" }, summary), body, pager) };
  }

  /** Keep the focus where it was when a part of the page is drawn anew. */
  function redraw(place, node) {
    const kept = place.contains(document.activeElement) && document.activeElement.dataset.keep;
    place.replaceChildren(node);
    if (!kept) return;
    const again = place.querySelector(`[data-keep="${CSS.escape(kept)}"]`);
    (again && !again.disabled ? again : place.querySelector("[data-keep]:not(:disabled)"))?.focus();
  }

  /** A view whose filters, order and page stand in the address: `draw(parameters)` gives a listing. */
  function filtered(path, parameters, draw) {
    const place = el("div");
    function change(values) {
      for (const [key, value] of Object.entries(values)) value === "" ? parameters.delete(key) : parameters.set(key, value);
      history.replaceState(null, "", hash(path, Object.fromEntries(parameters)));
      refresh();
    }
    function refresh() {
      const drawn = draw(parameters, change);
      redraw(place, drawn.node);
      announce(drawn.summary);
    }
    return { place, change, refresh };
  }

  const bar = (share) => svg("svg", { class: "bar", viewBox: "0 0 100 10", preserveAspectRatio: "none", "aria-hidden": "true" },
    svg("rect", { class: "track", width: 100, height: 10 }),
    svg("rect", { class: "ink", width: Math.max(share > 0 ? 1 : 0, 100 * share), height: 10 }));

  const severityCounts = (counts) => {
    const parts = severities.map((s, i) => counts[i] > 0 && el("span", { class: `severity ${s}` }, `${counts[i]} ${s}`));
    return parts.some(Boolean) ? el("span", { class: "severities" }, parts.reverse()) : "none";
  };
  const verdictName = (d) => d.verdict || d.status;

  // ---- overview ----------------------------------------------------------------------------------------------------

  function showOverview() {
    const flags = sum(documents.map((d) => sum(d.flags)));
    const of = Object.entries(overview.statuses).map(([s, n]) => `${n.toLocaleString("en")} ${s === "ok" ? "scored" : s}`);
    const inStories = sum(stories.map((s) => s.documents.length));
    const judged = overview.sources.filter((s) => s.mean !== null).length;
    const verdicts = Object.entries(overview.verdicts);
    const total = sum(verdicts.map(([, n]) => n));
    return [
      el("h1", {}, said(index.name)),
      el("p", { class: "lead" },
        `${count(documents.length, "document")} (${of.join(", ")}) with ${count(flags, "flag")}. `,
        stories.length ? `${count(inStories, "document")} in ${count(stories.length, "story", "stories")}. ` : "No two tell the same story. ",
        overview.sources.length ? `${count(overview.sources.length, "source")}, of which ${judged} can be judged.` : "No sources are named.",
        " A flag is a suspicion until a human confirms it."),
      section("Verdicts", table("Documents by verdict",
        [{ name: "Verdict" }, { name: "Documents", number: true }, { name: "Share" }, { name: "Meaning" }],
        verdicts.map(([v, n]) => [link("documents", { verdict: v }, v), n.toLocaleString("en"),
          el("span", { class: "share" }, bar(n / total), percent(n / total)), index.meanings[v] || ""]), { class: "cards" })),
      section("Flags", overview.flags.length
        ? table("Flags by label and severity",
          [{ name: "Label" }, ...severities.map((s) => ({ name: s, number: true })), { name: "all", number: true }, { name: "documents", number: true }, { name: "Meaning" }],
          overview.flags.map((f) => [el("span", { class: `family ${labelOf.get(f.label).family}` }, link("documents", { label: f.label }, f.label)),
            ...f.severities.map((n, i) => (n ? link("documents", { label: f.label, severity: severities[i] }, n.toLocaleString("en")) : null)),
            sum(f.severities).toLocaleString("en"), f.documents.toLocaleString("en"), el("span", { class: "about" }, labelOf.get(f.label).meaning)]), { class: "cards terse" })
        : el("p", {}, "There are no flags.")),
      overview.bands.length && section("Scores",
        el("p", {}, "The probability that a text was translated, reworded or written by a machine. What a score means depends on the length of the text: of shorter ones less can be said."),
        histogram(), bandTable()),
      overview.calibrations.length && section("Reliability of the scores",
        el("p", {}, "Of the flags with like scores, how many did humans confirm? On the line, a score keeps what it promises."),
        overview.calibrations.filter((c) => c.bins.length > 1).map(reliabilityDiagram), reliabilityTable()),
      section("Sources", sourcesIntro(), someSources()),
    ];
  }

  const chartWidth = () => Math.max(280, Math.min(640, main.clientWidth - 32));

  function histogram() {
    const bins = overview.bands[0].machine.map((_, i) => sum(overview.bands.map((b) => b.machine[i])));
    const [width, height, left, bottom] = [chartWidth(), 200, 44, 40];
    const top = Math.max(...bins);
    const x = (v) => left + v * (width - left - 8);
    const y = (n) => 10 + (1 - n / top) * (height - bottom - 10);
    const step = 1 / bins.length;
    return el("figure", {},
      svg("svg", { class: "chart", viewBox: `0 0 ${width} ${height}`, width, height, role: "img",
        "aria-label": `Distribution of the probability of being machine-made: ${bins.map((n, i) => n && `${n} from ${two(i * step)}`).filter(Boolean).join(", ")}.` },
        [0, top].map((n) => [svg("line", { class: "grid", x1: left, x2: width - 8, y1: y(n), y2: y(n) }),
          svg("text", { x: left - 6, y: y(n) + 4, "text-anchor": "end" }, n.toLocaleString("en"))]),
        bins.map((n, i) => n > 0 && svg("rect", { class: "ink", x: x(i * step) + 1, y: y(n), width: x(step) - x(0) - 2, height: y(0) - y(n) },
          svg("title", {}, `${count(n, "document")} from ${two(i * step)} to ${two((i + 1) * step)}`))),
        [0, 0.25, 0.5, 0.75, 1].map((v) => svg("text", { x: x(v), y: height - bottom + 16, "text-anchor": v === 1 ? "end" : v ? "middle" : "start" }, two(v))),
        svg("text", { x: (left + width) / 2, y: height - 6, "text-anchor": "middle" }, "probability of being machine-made")),
      el("figcaption", {}, "Documents by score. The numbers by length stand in the table."));
  }

  function bandTable() {
    const made = (b) => sum(Object.entries(b.verdicts).filter(([v]) => v.startsWith("machine")).map(([, n]) => n));
    const point = (b, i) => b.points.map((p) => percent(p[i])).join(", ") || "–";
    return table("Scores by length of the text, in words",
      [{ name: "Words" }, { name: "Documents", number: true }, { name: "Called machine-made", number: true }, { name: "Too short to call", number: true },
        { name: "Human texts called machine-made at the threshold", number: true }, { name: "Machine-made texts found at it", number: true }, { name: "Scores from 0 to 1" }],
      overview.bands.map((b) => [b.band, b.documents.toLocaleString("en"), made(b).toLocaleString("en"), (b.verdicts["insufficient-text"] || 0).toLocaleString("en"),
        point(b, 1), point(b, 2), spark(b.machine)]), { class: "cards" });
  }

  function spark(bins) {
    const top = Math.max(...bins);
    const half = sum(bins) / 2;
    let below = 0;
    const median = bins.findIndex((n) => (below += n) >= half);
    return svg("svg", { class: "spark", viewBox: `0 0 ${bins.length * 6} 24`, role: "img", width: bins.length * 6, height: 24,
      "aria-label": `median between ${two(median / bins.length)} and ${two((median + 1) / bins.length)}` },
      svg("line", { class: "grid", x1: 0, x2: bins.length * 6, y1: 23.5, y2: 23.5 }),
      bins.map((n, i) => n > 0 && svg("rect", { class: "ink", x: i * 6 + 0.5, width: 5, y: 23 - 22 * (n / top), height: 22 * (n / top) })));
  }

  const calibrated = (c) => (c.name === "all" ? "all labels" : c.name);

  function reliabilityTable() {
    const mean = (c, i) => two(sum(c.bins.map((b) => b[i] * b[2])) / c.count);
    return table("Reliability by label", [{ name: "Label" }, { name: "Flags", number: true }, { name: "Mean score", number: true }, { name: "Confirmed", number: true }, { name: "Calibration error", number: true }],
      overview.calibrations.map((c) => [calibrated(c), c.count.toLocaleString("en"), mean(c, 0), mean(c, 1), two(c.ece)]), { class: "cards brief" });
  }

  function reliabilityDiagram(c) {
    const [width, left, bottom] = [Math.min(320, chartWidth()), 52, 40];
    const x = (v) => left + v * (width - left - 12);
    const y = (v) => 12 + (1 - v) * (width - bottom - 12);
    const largest = Math.max(...c.bins.map((b) => b[2]));
    const name = calibrated(c);
    return el("figure", { class: "reliability" },
      svg("svg", { class: "chart", viewBox: `0 0 ${width} ${width}`, width, height: width, role: "img", "aria-label": `Reliability diagram of ${name}; the numbers stand in the table.` },
        svg("line", { class: "promise", x1: x(0), y1: y(0), x2: x(1), y2: y(1) }),
        [0, 0.5, 1].map((v) => [svg("text", { x: x(v), y: width - bottom + 18, "text-anchor": "middle" }, v), svg("text", { x: left - 8, y: y(v) + 4, "text-anchor": "end" }, v),
          svg("line", { class: "grid", x1: x(0), x2: x(1), y1: y(v), y2: y(v) })]),
        svg("polyline", { class: "curve", points: c.bins.map((b) => `${x(b[0])},${y(b[1])}`).join(" ") }),
        c.bins.map((b) => svg("circle", { class: "ink", cx: x(b[0]), cy: y(b[1]), r: 3 + 5 * Math.sqrt(b[2] / largest) })),
        svg("text", { x: x(0.5), y: width - 4, "text-anchor": "middle" }, "score"),
        svg("text", { x: 12, y: y(0.5), "text-anchor": "middle", transform: `rotate(-90 12 ${y(0.5)})` }, "confirmed")),
      el("figcaption", {}, `${name}: ${count(c.count, "flag")}, expected calibration error ${two(c.ece)}.`),
      el("details", {}, el("summary", {}, "Numbers"), table(`Reliability of ${name}`,
        [{ name: "Score", number: true }, { name: "Confirmed", number: true }, { name: "Flags", number: true }], c.bins.map((b) => [two(b[0]), two(b[1]), b[2]]))));
  }

  // ---- sources -----------------------------------------------------------------------------------------------------

  function sourcesIntro() {
    if (!overview.sources.length) return el("p", {}, "None of the documents names its source.");
    return el("p", {}, "The share of a source’s checked claims and quotations that hold, with the interval that contains it in nine of ten cases. ",
      "Where intervals overlap there is no order: “1–3 =” means any of these places. F: cannot be judged, fewer than ten claims that others speak of. ",
      overview.unnamed > 0 && `${count(overview.unnamed, "document")} without a source left out.`);
  }

  function interval([low, high], mean) {
    return svg("svg", { class: "interval", viewBox: "0 0 120 16", width: 120, height: 16, "aria-hidden": "true" },
      svg("line", { class: "grid", x1: 2, x2: 118, y1: 8, y2: 8 }), svg("line", { class: "grid", x1: 60, x2: 60, y1: 3, y2: 13 }),
      svg("line", { class: "range", x1: 2 + 116 * low, x2: 2 + 116 * high, y1: 8, y2: 8 }), svg("circle", { class: "ink", cx: 2 + 116 * mean, cy: 8, r: 4 }));
  }

  const SOURCE_COLUMNS = [
    { key: "source", name: "Source", value: (s) => s.source, cell: (s) => link("documents", { source: s.source }, said(s.source)) },
    { key: "letter", name: "Letter", cell: (s) => el("span", { title: index.letters[s.letter] }, s.letter) },
    { key: "interval", name: "Holds", cell: (s) => (s.interval ? el("span", { class: "share" }, interval(s.interval, s.mean), `${two(s.mean)} (${two(s.interval[0])}–${two(s.interval[1])})`) : "not judged") },
    { key: "place", name: "Place", number: true, cell: (s) => (s.rank ? (s.rank[0] === s.rank[1] ? s.rank[0] : `${s.rank[0]}–${s.rank[1]} =`) : "–") },
    { key: "documents", name: "Documents", number: true, falling: true, value: (s) => s.documents, cell: (s) => s.documents.toLocaleString("en") },
    { key: "claims", name: "Claims others speak of", number: true, falling: true, value: (s) => s.claims[0], cell: (s) => s.claims[0] },
    { key: "confirmed", name: "confirmed", number: true, falling: true, value: (s) => s.claims[1], cell: (s) => s.claims[1] },
    { key: "contradicted", name: "contradicted", number: true, falling: true, value: (s) => s.claims[2], cell: (s) => s.claims[2] },
    { key: "quotations", name: "Quotations kept", number: true, cell: (s) => (s.quotations[1] ? s.quotations.join("/") : "–") },
    { key: "copies", name: "Uncredited copies", number: true, cell: (s) => (s.copies[1] ? s.copies.join("/") : "–") },
  ];

  const LEADING = 10;
  /** The first sources, for the overview. */
  function someSources() {
    const rows = overview.sources.slice(0, LEADING).map((s) => SOURCE_COLUMNS.map((c) => c.cell(s)));
    return [rows.length > 0 && table("Sources", SOURCE_COLUMNS, rows, { class: "cards brief" }),
      overview.sources.length > LEADING && el("p", {}, link("sources", {}, `All ${overview.sources.length.toLocaleString("en")} sources`))];
  }

  function showSources(parameters) {
    if (!overview.sources.length) return [el("h1", {}, "Sources"), sourcesIntro()];
    const view = filtered("sources", parameters, (p, change) =>
      listing({ caption: "Sources", columns: SOURCE_COLUMNS, rows: overview.sources, parameters: p, change, what: ["source"] }));
    view.refresh();
    return [el("h1", {}, "Sources"), sourcesIntro(), view.place];
  }

  // ---- documents ---------------------------------------------------------------------------------------------------

  let lastListed = null;
  let lastHash = hash("documents");
  let texts = null;
  let reading = null;

  /** All texts in lower case, made when somebody first searches. */
  async function allTexts() {
    const found = [];
    for (let n = 0; n < documents.length; n += index.block)
      for (const e of await unpack(`d${n / index.block}`)) found.push((e.text || "").toLowerCase());
    return found;
  }

  const DOCUMENT_COLUMNS = [
    { key: "title", name: "Document", value: (d) => d.title.toLowerCase(), cell: (d) => [toDocument(d.n), d.title !== d.id && el("span", { class: "id" }, said(d.id))] },
    { key: "source", name: "Source", value: (d) => d.source, cell: (d) => (d.source ? said(d.source) : "–") },
    { key: "verdict", name: "Verdict", value: verdictName, cell: verdictName },
    { key: "score", name: "Probability", number: true, falling: true, value: (d) => d.score, cell: (d) => two(d.score) },
    { key: "words", name: "Words", number: true, falling: true, value: (d) => d.words, cell: (d) => (d.words === undefined ? "–" : d.words.toLocaleString("en")) },
    { key: "flags", name: "Flags", falling: true, value: (d) => d.flags.reduce((a, n, i) => a + n * 1000 ** i, 0), cell: (d) => severityCounts(d.flags) },
    { key: "penalty", name: "Penalty", number: true, falling: true, value: (d) => d.penalty, cell: (d) => (d.penalty === undefined ? "–" : d.penalty.toFixed(1)) },
    { key: "information", name: "Information", number: true, value: (d) => (d.information === "6" ? null : Number(d.information)), cell: (d) => el("span", { title: index.digits[d.information] }, d.information) },
    { key: "story", name: "Story", number: true, value: (d) => d.story, cell: (d) => (d.story === null ? "–" : el("a", { href: hash(`story/${d.story + 1}`), "aria-label": `Story ${d.story + 1}` }, d.story + 1)) },
  ];

  function showDocuments(parameters) {
    const among = (values) => [...new Set(values)].filter(Boolean).sort().map((v) => [v, v]);
    const get = (key) => parameters.get(key) || "";
    function fits(d, p) {
      const label = p.get("label") ? index.labels.findIndex((l) => l.label === p.get("label")) : null;
      const least = Math.max(0, severities.indexOf(p.get("severity")));
      const width = severities.length;
      return (!p.get("verdict") || verdictName(d) === p.get("verdict"))
        && (!p.get("source") || d.source === p.get("source"))
        && (!p.get("story") || d.story === Number(p.get("story")) - 1)
        && ((label === null && !p.get("severity"))
          || d.labels.some((l) => (label === null || Math.floor(l / width) === label) && l % width >= least));
    }
    const view = filtered("documents", parameters, (p, change) => {
      const wanted = (p.get("q") || "").toLowerCase();
      const rows = documents.filter((d) => fits(d, p)
        && (!wanted || [d.title, d.id, d.source].some((t) => t.toLowerCase().includes(wanted)) || texts?.[d.n].includes(wanted)));
      const drawn = listing({ caption: "Documents", columns: DOCUMENT_COLUMNS, rows, parameters: p, change, what: ["document"] });
      lastListed = drawn.rows.map((d) => d.n);
      lastHash = location.hash;
      return drawn;
    });
    const set = (key) => (value) => view.change({ [key]: value, page: "" });
    let timer = 0;
    const here = turns;
    async function search(value) {
      if (value && texts === null) {
        announce("Reading the texts …");
        if (!view.place.hasChildNodes()) view.place.append("Reading the texts …");
        texts = await (reading ??= allTexts());
      }
      // Meanwhile somebody may have typed on, or gone elsewhere.
      if (here === turns && value === query.value.trim()) set("q")(value);
    }
    const query = el("input", { id: "f-q", type: "search", value: get("q"), autocomplete: "off",
      oninput: (e) => { clearTimeout(timer); timer = setTimeout(() => search(e.target.value.trim()), 200); } });
    const order = DOCUMENT_COLUMNS.flatMap((c) => [[`${c.key} `, `${c.name}, rising`], [`${c.key} falling`, `${c.name}, falling`]]);
    const form = el("form", { role: "search", class: "filters", "aria-label": "Documents", onsubmit: (e) => { e.preventDefault(); search(query.value.trim()); } },
      el("p", { class: "field field-q" }, el("label", { for: "f-q" }, "Words in title, text, source or id"), query),
      select("verdict", "Verdict", [["", "any"], ...among(documents.map(verdictName))], get("verdict"), set("verdict")),
      select("label", "Label", [["", "any"], ...overview.flags.map((f) => [f.label, f.label])], get("label"), set("label")),
      select("severity", "Severity from", [["", "any"], ...severities.slice(1).map((s) => [s, s])], get("severity"), set("severity")),
      overview.sources.length > 0 && select("source", "Source", [["", "any"], ...among(documents.map((d) => d.source))], get("source"), set("source")),
      stories.length > 0 && select("story", "Story", [["", "any"], ...stories.map((s) => [String(s.n + 1), `${s.n + 1}: ${short(s.title, 60)}`])], get("story"), set("story")),
      select("order", "Order", [[" ", "as scored"], ...order], `${get("sort")} ${get("order")}`, (v) => {
        const [sort, falling] = v.split(" ");
        view.change({ sort, order: falling, page: "" });
      }),
      el("button", { type: "button", onclick: () => (location.hash = hash("documents")) }, "Clear"));
    get("q") ? search(get("q")) : view.refresh();
    const legend = el("p", { class: "muted" }, "Penalty: points for the flags’ severity on 1,000 words (MQM). Information: from 1, confirmed by other sources, to 5, improbable; 6, cannot be judged.");
    return [el("h1", {}, "Documents"), form, view.place, legend];
  }

  // ---- one document ------------------------------------------------------------------------------------------------

  /** Offsets in UTF-16, as strings count here, of offsets in code points, as flags do. */
  function units(text, points) {
    const sorted = [...new Set(points)].sort((a, b) => a - b);
    const found = new Map();
    if (!/[\ud800-\udfff]/.test(text)) {
      for (const p of sorted) found.set(p, p);
      return found;
    }
    let [unit, point] = [0, 0];
    for (const p of sorted) {
      while (point < p && unit < text.length) {
        unit += text.codePointAt(unit) > 0xffff ? 2 : 1;
        point += 1;
      }
      found.set(p, unit);
    }
    return found;
  }

  /** Gives the words of one of these ranges. */
  function cutter(text, ranges) {
    const at = units(text, ranges.flatMap((r) => [r.start, r.end]));
    return (r) => text.slice(at.get(r.start), at.get(r.end));
  }

  /** Scroll to a place, and again while what lies around it is laid out and gets its true height. */
  function bring(node, block, frames = 5) {
    node.scrollIntoView({ block });
    if (frames > 0) requestAnimationFrame(() => bring(node, block, frames - 1));
  }

  const MANY = 200;
  const SLICE = 10_000;
  /** Line starts at which a long text is cut into parts that a browser lays out only when they are looked at. */
  function slices(text) {
    const found = new Set();
    for (let end = 0; (end = text.indexOf("\n", end + SLICE) + 1) > 0; ) if (end < text.length) found.add(end);
    return found;
  }

  /** The text with its flags: parts cut wherever a flag, a word that drove one, or a compared value begins or ends. */
  function marked(text, flags, visible, claims, choose, reference) {
    const ranges = [
      ...visible.flatMap((i) => [
        { start: flags[i].start, end: flags[i].end, flag: i },
        ...(flags[i].words || []).map(([start, end]) => ({ start, end, drove: i })),
      ]),
      ...claims.map((c, i) => ({ start: c.start, end: c.end, claim: i })),
    ];
    const of = (covering, key) => covering.map((r) => r[key]).filter((i) => i !== undefined);
    const numbers = (found) => found.map((i) => i + 1).join(" ");
    const at = units(text, ranges.flatMap((r) => [r.start, r.end]));
    for (const r of ranges) [r.start, r.end] = [at.get(r.start), at.get(r.end)];
    const cuts = slices(text);
    const points = [...new Set([0, ...cuts, ...at.values()])].sort((a, b) => a - b);
    const beginning = Map.groupBy(ranges, (r) => r.start);
    const whole = el("div", { class: "text" });
    let node = whole;
    const size = (r) => r.end - r.start;
    // What covers a part is what covered the one before it, less what ended, and what begins.
    let active = [];
    points.forEach((p, k) => {
      if (cuts.size && (p === 0 || cuts.has(p))) whole.append((node = el("div", { class: "slice" })));
      const begins = beginning.get(p) || [];
      active = [...active.filter((r) => r.end > p), ...begins];
      node.append(...of(begins.sort((a, b) => size(b) - size(a)), "flag").map(reference));
      const piece = text.slice(p, points[k + 1]);
      if (!piece) return;
      const inner = of(active.toSorted((a, b) => size(a) - size(b)), "flag");
      const holder = inner.length
        ? el("mark", { class: `${labelOf.get(flags[inner[0]].label).family} ${flags[inner[0]].severity}${inner.length > 1 ? " nested" : ""}`, onclick: () => choose(inner) })
        : el("span");
      for (const [key, found] of [["flags", inner], ["words", of(active, "drove")], ["claims", of(active, "claim")]])
        if (found.length) holder.dataset[key] = numbers(found);
      holder.append(...appearing(piece));
      node.append(holder);
    });
    // Set last: with it, every addition would look through the text again.
    whole.dir = "auto";
    return whole;
  }

  let printing = false;
  const shownFlags = { severity: "", score: "" };

  async function showDocument(number, parameters) {
    const d = documents[number];
    const e = await entry("d", number);
    const flags = e.flags || [];
    const source = sourceOf.get(d.source);
    const listed = lastListed?.includes(number) ? lastListed : documents.map((x) => x.n);
    const place = listed.indexOf(number);
    const step = (text, to) => (to === undefined ? el("span", { class: "muted" }, text) : link(`document/${to + 1}`, {}, text));
    const facts = [
      d.title !== d.id && ["Id", said(d.id)],
      e.source && ["Source", [said(e.source), source && ` (${source.letter}: ${index.letters[source.letter].toLowerCase()})`]],
      e.published && ["Published", said(e.published)],
      e.url && ["Address", /^https?:\/\//i.test(e.url) ? el("a", { href: e.url, rel: "noreferrer noopener" }, said(e.url)) : said(e.url)],
      d.story !== null && ["Story", [link(`story/${d.story + 1}`, {}, `Story ${d.story + 1}`), `, ${count(stories[d.story].documents.length, "document")}; this one is of origin ${e.origin}`, e.credit && [", and credits ", said(e.credit)]]],
      ["Information", `${d.information}: ${e.information.toLowerCase()}`],
    ].filter(Boolean);
    return [
      el("nav", { class: "steps", "aria-label": "Documents" }, el("a", { href: lastHash }, "Documents"), step("Previous", listed[place - 1]), step("Next", listed[place + 1])),
      el("h1", {}, said(d.title)),
      el("dl", { class: "facts" }, facts.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))),
      section("Verdict", el("p", { class: "lead" }, e.verdict),
        e.scores && table("Probability of each origin", [{ name: "Origin" }, { name: "Probability", number: true }, { name: "Bar" }],
          Object.entries(e.scores).map(([name, value]) => [name, two(value), bar(value)]), { class: "origins" }),
        e.notes && e.notes.map((note) => el("p", {}, "Note: ", said(note)))),
      e.text && flagged(number, e, flags, parameters),
      (e.comparison || e.contributions) && section("For and against", e.comparison && el("p", {}, e.comparison),
        e.contributions && table("What was found for and against the document", [{ name: "Found" }, { name: "Count", number: true }, { name: "Adds to its score", number: true }],
          e.contributions.map((c) => [said(c.about), c.items, c.value === null ? "not judged" : `${c.value < 0 ? "−" : "+"}${Math.abs(c.value).toFixed(2)}`])),
        comparedClaims(number, e),
        e.copies && [el("h3", {}, "Text shared with others"), el("ul", { class: "lines" }, e.copies.map((c) => el("li", {}, toId(c.document), `: ${c.said}.`)))]),
      el("p", { class: "muted" }, "Made by ", said(e.signature), e.tier ? `, ${e.tier} tier.` : "."),
    ];
  }

  const SHOWN = 10;
  /** Values of a document that others speak of; each leads to its place in the text. */
  function comparedClaims(number, e) {
    if (!e.claims) return null;
    const textOf = cutter(e.text, e.claims);
    const elsewhere = (c) => c.elsewhere.map(([value, ids], k) => [k > 0 && "; ", said(`“${value}”`), " in ", listOf(ids.map(toId))]);
    const columns = [
      { name: "Value", cell: (c, i) => link(`document/${number + 1}`, { claim: i + 1 }, said(`“${textOf(c)}”`)) },
      { name: "Kind", cell: (c) => c.kind },
      { name: "Found", cell: (c) => c.said },
      { name: "Others say", cell: (c) => el("span", {}, elsewhere(c)) },
      { name: "Origins with it", number: true, cell: (c) => c.origins },
      ...(e.claims.some((c) => c.chain) ? [{ name: "Has it from", cell: (c) => (c.chain ? said(c.chain) : null) }] : []),
    ];
    const ranked = e.claims.map((c, i) => [c, i]).sort(([{ rank: a }], [{ rank: b }]) => a[0] - b[0] || a[1] - b[1]);
    const rows = ranked.map((one) => columns.map((column) => column.cell(...one)));
    const part = (title, some) => table(title, columns, some, { class: "cards claims" });
    return [el("h3", {}, "Values that others speak of"), part("Values that others speak of", rows.slice(0, SHOWN)),
      rows.length > SHOWN && el("details", {}, el("summary", {}, `${rows.length - SHOWN} more`), part("More values that others speak of", rows.slice(SHOWN)))];
  }

  const FAMILIES = [["origin", "how it was made"], ["integrity", "damaged text"], ["span", "wrong words"], ["evidence", "against other documents"]];

  function flagged(number, e, flags, parameters) {
    const textPlace = el("div");
    const listPlace = el("ol", { class: "flags" });
    const reading = el("div", { class: "reading" });
    const heading = el("h2", { id: "h-flags" });
    const wide = matchMedia("(min-width: 62rem)");
    const textOf = cutter(e.text, flags);
    let visible = [];
    let chosen = null;

    const summaryOf = (i) => document.getElementById(`flag-${i + 1}`)?.querySelector("summary");
    const referenceOf = (i) => document.getElementById(`at-${i + 1}`);
    function mark(i) {
      chosen = i;
      for (const old of reading.querySelectorAll(".chosen, .drove")) old.classList.remove("chosen", "drove");
      for (const part of textPlace.querySelectorAll(`[data-flags~="${i + 1}"]`)) part.classList.add("chosen");
      for (const part of textPlace.querySelectorAll(`[data-words~="${i + 1}"]`)) part.classList.add("drove");
      listPlace.querySelector(`[data-flag="${i}"]`).classList.add("chosen");
      textPlace.querySelector(".ref[aria-current]")?.removeAttribute("aria-current");
      referenceOf(i).setAttribute("aria-current", "true");
      history.replaceState(null, "", hash(`document/${number + 1}`, { flag: i + 1 }));
    }
    /** Choose a flag and go to its place in the list or in the text. */
    function choose(i, to, block = "nearest") {
      mark(i);
      const details = summaryOf(i).parentElement;
      details.open = true;
      // When what is inside has been made, so that all of it comes into view.
      queueMicrotask(() => {
        if (wide.matches || to === "list") bring(details, "nearest");
        if (wide.matches || to === "text") bring(referenceOf(i), to === "text" ? "center" : block);
        (to === "text" ? referenceOf(i) : summaryOf(i)).focus({ preventScroll: true });
      });
    }
    const reference = (i) => el("a", { class: "ref", id: `at-${i + 1}`, href: hash(`document/${number + 1}`, { flag: i + 1 }),
      "aria-label": `Flag ${i + 1}: ${flags[i].label}, ${flags[i].severity}`, onclick: (event) => { event.preventDefault(); choose(i, "list"); } }, i + 1);

    function draw() {
      const least = severities.indexOf(shownFlags.severity);
      visible = flags.map((_, i) => i).filter((i) => severities.indexOf(flags[i].severity) >= least && flags[i].score >= Number(shownFlags.score));
      const made = marked(e.text, flags, visible, e.claims || [], (inner) => choose(inner[(inner.indexOf(chosen) + 1) % inner.length], "list"), reference);
      textPlace.replaceChildren(made);
      listPlace.replaceChildren(...visible.map((i) => explained(i, flags[i], textOf(flags[i]), () => choose(i, "text"), () => { if (chosen !== i) { mark(i); if (wide.matches) bring(referenceOf(i), "center"); } })));
      listPlace.classList.toggle("many", visible.length > MANY);
      heading.textContent = visible.length === flags.length ? count(flags.length, "flag") : `${visible.length} of ${count(flags.length, "flag")}`;
      if (visible.includes(chosen)) mark(chosen);
    }
    function set(key) {
      return (value) => { shownFlags[key] = value; draw(); announce(heading.textContent); };
    }
    function turn(by) {
      if (!visible.length) return;
      const next = visible[(visible.indexOf(chosen) + by + visible.length + (chosen === null && by < 0 ? 1 : 0)) % visible.length];
      mark(next);
      const details = summaryOf(next).parentElement;
      details.open = true;
      queueMicrotask(() => {
        bring(details, "nearest");
        if (wide.matches) bring(referenceOf(next), "center");
      });
      announce(`Flag ${next + 1}: ${flags[next].label}, ${flags[next].severity}`);
    }
    draw();
    const claim = Number(parameters.get("claim"));
    if (claim) requestAnimationFrame(() => {
      const parts = [...textPlace.querySelectorAll(`[data-claims~="${claim}"]`)];
      for (const part of parts) part.classList.add("chosen");
      if (!parts.length) return;
      parts[0].tabIndex = -1;
      parts[0].focus({ preventScroll: true });
      bring(parts[0], "center");
    });
    const asked = Number(parameters.get("flag")) - 1;
    if (flags[asked]) requestAnimationFrame(() => listPlace.isConnected && visible.includes(asked) && choose(asked, wide.matches ? "list" : "text", "center"));
    return fill(reading, {}, [
      el("section", { class: "body", "aria-labelledby": "h-text" }, el("h2", { id: "h-text" }, "Text"), textPlace),
      el("section", { class: "beside", "aria-labelledby": "h-flags" }, heading,
        flags.length > 0 && el("div", { class: "tools" },
          select("least", "Severity from", [["", "any"], ...severities.slice(1).map((s) => [s, s])], shownFlags.severity, set("severity")),
          select("likely", "Score from", [["", "any"], ["0.5", "0.50"], ["0.75", "0.75"], ["0.9", "0.90"]], shownFlags.score, set("score")),
          el("p", { class: "turn" }, el("button", { type: "button", onclick: () => turn(-1) }, "Previous flag"), el("button", { type: "button", onclick: () => turn(1) }, "Next flag"))),
        flags.length > 0 && el("p", { class: "legend" }, FAMILIES.map(([family, about]) => el("span", { class: `mark ${family}` }, about)), el("span", {}, "A thicker line is more severe.")),
        listPlace)]);
  }

  function explained(i, f, text, toText, opened) {
    const details = el("details", { id: `flag-${i + 1}`, ontoggle: () => details.open && !printing && opened() },
      el("summary", {}, el("span", { class: "which" }, i + 1), el("span", { class: `family ${labelOf.get(f.label).family}` }, f.label), " ",
        el("span", { class: `severity ${f.severity}` }, f.severity), " ", el("span", { class: "score" }, two(f.score)), " ",
        el("span", { class: "quoted" }, said(ends(text)))));
    // What is inside is made when it is first opened: a document may have thousands of flags.
    new MutationObserver((_, observer) => {
      observer.disconnect();
      details.append(...inside(f, toText));
    }).observe(details, { attributeFilter: ["open"] });
    return el("li", { "data-flag": i }, details);
  }

  function inside(f, toText) {
    return [
      el("p", {}, labelOf.get(f.label).meaning),
      el("p", {}, el("strong", {}, words(f.reason)), ` · ${f.detector} · [${f.start}, ${f.end})`),
      f.evidence.length > 0 && el("ul", { class: "why" }, f.evidence.map((line) => el("li", {}, said(line)))),
      f.words && el("p", { class: "drivers" }, "Words that drove it: ", f.words.map(([, , text, weight]) => [el("span", { class: "word" }, said(text), " ", el("small", {}, two(weight))), " "])),
      f.compared && sideBySide("here", toId(f.compared.other), f.compared),
      f.passages && f.passages.map((p) => passage(toId(p.document), said(p.text))),
      el("p", {}, el("button", { type: "button", onclick: toText }, "Show in text")),
    ].flat().filter(Boolean);
  }

  const LONGEST = 90;
  /** A long passage is recalled by its two ends: all of it stands marked in the text. */
  function ends(text) {
    const flat = Array.from(text.replace(/\s+/g, " ").trim());
    return flat.length <= LONGEST ? flat.join("") : `${flat.slice(0, LONGEST / 2).join("")} … ${flat.slice(-LONGEST / 2).join("")}`;
  }

  const runs = (side) => side.map(([text, differs], i) => [i > 0 && " ", differs ? el("b", { class: "differs" }, said(text)) : said(text)]);
  const passage = (who, ...text) => el("figure", { class: "passage" }, el("blockquote", {}, ...text), el("figcaption", {}, who));
  function sideBySide(here, there, compared) {
    return [el("div", { class: "sides" }, passage(here, "“", runs(compared.here), "”"), passage(there, "“", runs(compared.there), "”")),
      compared.edits.length > 0 && el("ul", { class: "edits" }, compared.edits.map((edit) => el("li", {}, said(edit))))];
  }

  // ---- stories -----------------------------------------------------------------------------------------------------

  const STORY_COLUMNS = [
    { key: "title", name: "Story", value: (s) => s.title.toLowerCase(), cell: (s) => link(`story/${s.n + 1}`, {}, `${s.n + 1}: `, said(s.title)) },
    { key: "documents", name: "Documents", number: true, falling: true, value: (s) => s.documents.length, cell: (s) => s.documents.length },
    { key: "origins", name: "Origins", number: true, falling: true, value: (s) => s.origins, cell: (s) => s.origins },
    { key: "quotations", name: "Quotations that differ", number: true, falling: true, value: (s) => s.quotations, cell: (s) => s.quotations },
    { key: "claims", name: "Claims in conflict", number: true, falling: true, value: (s) => s.claims, cell: (s) => s.claims },
    { key: "terms", name: "Terms in conflict", number: true, falling: true, value: (s) => s.terms, cell: (s) => s.terms },
    { key: "copies", name: "Copies", number: true, falling: true, value: (s) => s.copies, cell: (s) => s.copies },
  ];

  function showStories(parameters) {
    if (!stories.length) return [el("h1", {}, "Stories"), el("p", {}, "No two documents tell the same story.")];
    const view = filtered("stories", parameters, (p, change) =>
      listing({ caption: "Stories", columns: STORY_COLUMNS, rows: stories, parameters: p, change, what: ["story", "stories"] }));
    view.refresh();
    return [el("h1", {}, "Stories"), el("p", {}, "A story is a set of documents about one event. Documents that copy each other, or credit one agency, are one origin."), view.place];
  }

  async function showStory(number) {
    const s = await entry("s", number);
    const origin = new Map(s.groups.flatMap((g) => g.members.map((n) => [n, g.origin])));
    const rows = s.documents.map((n) => {
      const d = documents[n];
      return [toDocument(n), d.source ? said(d.source) : "–", verdictName(d), severityCounts(d.flags), el("span", { title: index.digits[d.information] }, d.information), origin.get(n)];
    });
    const columns = [{ name: "Document" }, { name: "Source" }, { name: "Verdict" }, { name: "Flags" }, { name: "Information", number: true }, { name: "Origin", number: true }];
    const decided = (x) => (/differ$/.test(x.reason) ? "as many have the one as the other" : "more origins have the other");
    const grade = (x) => [el("span", { class: `severity ${x.severity}` }, x.severity), `, score ${two(x.score)}; ${decided(x)}`, x.explanations?.length > 0 && `; may be explained by ${x.explanations.map(words).join(", ")}`, "."];
    const sentence = ([before, value, after]) => [said(before), " ", value && el("b", { class: "differs" }, said(value)), /^[\s.,;:!?’”"')%]/.test(after) ? "" : " ", said(after)];
    const valueOf = (side) => [said(`“${side.value}”`), side.times > side.said.length && ` (${side.times} times)`];
    const bare = (side) => side.said.every((one) => !one.text[0] && !one.text[2]);
    /** A column for each value with its sentences; one for the values of which no sentence is known. */
    function columnsOf(sides) {
      const known = sides.filter((side) => side.value !== null && !bare(side));
      const others = sides.filter((side) => !known.includes(side));
      return [
        ...known.map((side) => [el("h4", {}, valueOf(side)), side.said.map((one) => passage(who(one), sentence(one.text)))]),
        ...(others.length ? [[el("h4", {}, "Elsewhere"), el("ul", { class: "lines" }, others.map((side) =>
          el("li", {}, side.value === null ? side.said.map((one) => passage(who(one), sentence(one.text))) : [valueOf(side), side.said.length > 0 && [", as in ", listOf(side.said.map(who))]])))]] : []),
      ];
    }
    const quotation = (x) => el("article", { class: "conflict" }, el("h3", {}, x.about ? said(x.about) : "Speaker not known"), el("p", { class: "muted" }, grade(x)),
      el("div", { class: "sides" }, x.sides.map((side) => passage(listOf(side.said.map(who)), "“", runs(side.runs), "”"))),
      el("ul", { class: "edits" }, x.edits.map((edit) => el("li", {}, said(edit)))));
    const conflict = (x) => el("article", { class: "conflict" }, el("h3", {}, said(words(x.about)), ": ", said(`“${x.sides[0].value}”`), " or ", x.sides.length === 2 ? said(`“${x.sides[1].value}”`) : "something else"),
      el("p", { class: "muted" }, x.relation ? `${x.relation}.` : grade(x)),
      el("div", { class: "sides" }, columnsOf(x.sides).map((parts) => el("div", {}, parts))));
    const none = (what) => el("p", { class: "muted" }, what);
    return [
      el("nav", { class: "steps", "aria-label": "Stories" }, link("stories", {}, "Stories"),
        number > 0 ? link(`story/${number}`, {}, "Previous") : el("span", { class: "muted" }, "Previous"),
        number + 1 < stories.length ? link(`story/${number + 2}`, {}, "Next") : el("span", { class: "muted" }, "Next")),
      el("h1", {}, `Story ${number + 1}: `, said(stories[number].title)),
      el("p", { class: "lead" }, `${count(s.of, "document")} from ${count(s.origins, "origin")}.`,
        s.documents.length < s.of && ` ${count(s.of - s.documents.length, "of them is", "of them are")} not among these records.`,
        " ", link("documents", { story: number + 1 }, "Show them in the table"), "."),
      section("Documents", table("Documents of the story", columns, rows, { class: "cards brief" })),
      section("Quotations", s.quotations.length ? s.quotations.map(quotation) : none("No quotation differs from the same one elsewhere.")),
      section("Claims", s.claims.length ? s.claims.map(conflict) : none("No date, figure, person or place is contradicted.")),
      s.updates.length > 0 && section("Updates and bounds", el("p", { class: "muted" }, "Values that differ without a conflict."), s.updates.map(conflict)),
      section("Terms", s.terms.length ? s.terms.map(conflict) : none("No thing is called what the others do not call it.")),
      section("Copies", copies(s)),
    ];
  }

  const BASES = { credit: "a credit tells", published: "it was published later", completeness: "it is a part of it" };

  function copies(s) {
    const lines = [];
    for (const c of s.copies) {
      const share = `${percent(c.share)} of the words${c.whole ? ", nearly the whole text" : ""}`;
      lines.push(c.directed
        ? [toDocument(c.to), " has its text from ", toDocument(c.from), ` (${share}; ${BASES[c.basis] || c.basis}).`]
        : [toDocument(c.to), " and ", toDocument(c.from), ` share text (${share}); nothing tells who has it from whom.`]);
    }
    for (const t of s.taken) {
      const whose = t.from ? toId(t.from) : said(t.outlet || "somebody else");
      lines.push(t.reason === "shared-passage"
        ? [who(t), " does not say that it has text from ", whose, "."]
        : [who(t), ` has a ${words(t.reason)} of `, whose, ": ", said(`“${short(t.text, LONGEST)}”`), "."]);
    }
    for (const g of s.groups) {
      if (g.members.length > 1) lines.push([`Origin ${g.origin}`, g.name && [" (", said(g.name), ")"], ": ", g.members.map((n, k) => [k > 0 && ", ", toDocument(n)]), "."]);
    }
    if (!lines.length) return el("p", { class: "muted" }, "No document has its text from another, and every one is an origin of its own.");
    return [graph(s), el("ul", { class: "lines" }, lines.map((line) => el("li", {}, line)))];
  }

  /** Who has their text from whom: a band for each origin of several documents, arrows from the text to its copies. */
  function graph(s) {
    const groups = s.groups.filter((g) => g.members.length > 1);
    if (!groups.length) return null;
    const [boxWidth, boxHeight, gap, column] = [180, 40, 12, 250];
    const at = new Map();
    const shapes = [];
    let y = 0;
    for (const g of groups) {
      const inside = s.copies.filter((c) => g.members.includes(c.from) && g.members.includes(c.to));
      const depth = new Map(g.members.map((n) => [n, 0]));
      // As often as there are documents: a circle cannot make it run on.
      for (let k = 0; k < g.members.length; k++)
        for (const c of inside) if (c.directed && depth.get(c.to) <= depth.get(c.from) && depth.get(c.from) < 3) depth.set(c.to, depth.get(c.from) + 1);
      const columns = [];
      for (const n of g.members) (columns[depth.get(n)] ||= []).push(n);
      const top = y;
      y += 30;
      const tallest = Math.max(...columns.filter(Boolean).map((c) => c.length));
      columns.forEach((members, x) => members.forEach((n, k) => at.set(n, [16 + x * column, y + k * (boxHeight + gap)])));
      y += tallest * (boxHeight + gap) + 8;
      shapes.push({ title: `Origin ${g.origin}${g.name ? `: ${g.name}` : ""}`, top, height: y - top - 8, columns: columns.length });
      y += 8;
    }
    const width = 32 + (Math.max(...shapes.map((x) => x.columns)) - 1) * column + boxWidth;
    const edge = (c) => {
      if (!at.has(c.from) || !at.has(c.to)) return null;
      const [[x1, y1], [x2, y2]] = [at.get(c.from), at.get(c.to)];
      const [from, to] = x1 === x2 ? [[x1 + boxWidth, y1 + boxHeight / 2], [x2 + boxWidth, y2 + boxHeight / 2]] : [[x1 + boxWidth, y1 + boxHeight / 2], [x2, y2 + boxHeight / 2]];
      const bend = x1 === x2 ? 12 + Math.abs(y2 - y1) / 4 : (to[0] - from[0]) / 2;
      const middle = x1 === x2 ? [to[0] + bend, to[1]] : [to[0] - bend, to[1]];
      return svg("path", { class: c.directed ? "edge" : "edge loose", "marker-end": c.directed ? "url(#arrow)" : null, d: `M${from} C${[from[0] + bend, from[1]]} ${middle} ${to}` });
    };
    return el("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Graph of copies" },
      svg("svg", { class: "chart graph", viewBox: `0 0 ${width + 60} ${y}`, width: width + 60, height: y, role: "img", "aria-label": "Graph of copies; the list below says the same in words." },
        svg("defs", {}, svg("marker", { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 8, markerHeight: 8, orient: "auto" }, svg("path", { class: "tip", d: "M0 0 8 4 0 8z" }))),
        shapes.map((b) => [svg("rect", { class: "band", x: 0.5, y: b.top + 0.5, width: width - 1, height: b.height, rx: 6 }), svg("text", { class: "title", x: 16, y: b.top + 20 }, b.title)]),
        s.copies.map(edge),
        [...at].map(([n, [x, top]]) => svg("svg", { x, y: top, width: boxWidth, height: boxHeight }, svg("title", {}, documents[n].title),
          svg("rect", { class: "box", x: 0.5, y: 0.5, width: boxWidth - 1, height: boxHeight - 1, rx: 4 }),
          svg("text", { x: 10, y: 17 }, short(documents[n].title, 22)), svg("text", { class: "small", x: 10, y: 32 }, short(documents[n].source || documents[n].id, 30))))));
  }

  // ---- finding the way ---------------------------------------------------------------------------------------------

  const VIEWS = [["", "Overview"], ["documents", "Documents"], ["stories", "Stories"], ["sources", "Sources"]];
  const nav = document.getElementById("nav");
  nav.append(...VIEWS.map(([path, name]) => el("a", { href: hash(path), "data-path": path }, name)));

  let turns = 0;
  async function route(first = false) {
    const mine = ++turns;
    const [path, query] = location.hash.replace(/^#\/?/, "").split("?");
    const [kind, given] = path.split("/");
    const parameters = new URLSearchParams(query || "");
    const number = Number(given) - 1;
    let drawn = null;
    if (kind === "" || kind === "main") drawn = showOverview();
    else if (kind === "documents") drawn = showDocuments(parameters);
    else if (kind === "sources") drawn = showSources(parameters);
    else if (kind === "stories") drawn = showStories(parameters);
    else if (kind === "document" && documents[number]) drawn = await showDocument(number, parameters);
    else if (kind === "story" && stories[number]) drawn = await showStory(number);
    else drawn = [el("h1", {}, "Not here"), el("p", {}, "This page has no such view. ", link("", {}, "Go to the overview"), ".")];
    if (mine !== turns) return;
    main.replaceChildren(...drawn.flat(Infinity).filter(Boolean));
    main.dataset.view = path;
    const heading = main.querySelector("h1");
    document.title = `${heading.textContent} – annotate report`;
    const section = { document: "documents", story: "stories" }[kind] ?? kind;
    for (const a of nav.children) a.dataset.path === section ? a.setAttribute("aria-current", "page") : a.removeAttribute("aria-current");
    if (first) return;
    heading.tabIndex = -1;
    if (!parameters.has("flag") && !parameters.has("claim")) {
      heading.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }

  const THEMES = { "": "system", light: "light", dark: "dark" };
  const themeButton = document.getElementById("theme");
  function setTheme(theme) {
    theme ? (document.documentElement.dataset.theme = theme) : delete document.documentElement.dataset.theme;
    themeButton.textContent = `Theme: ${THEMES[theme]}`;
    try { localStorage.setItem("annotate-theme", theme); } catch { /* Not kept where the browser keeps nothing. */ }
  }
  let theme = "";
  try { theme = localStorage.getItem("annotate-theme") || ""; } catch { /* As above. */ }
  setTheme(theme in THEMES ? theme : "");
  themeButton.addEventListener("click", () => {
    const names = Object.keys(THEMES);
    setTheme(names[(names.indexOf(document.documentElement.dataset.theme || "") + 1) % names.length]);
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    printing = true;
    opened = [...document.querySelectorAll("details:not([open])")];
    opened.forEach((d) => (d.open = true));
  });
  addEventListener("afterprint", () => {
    opened.forEach((d) => (d.open = false));
    setTimeout(() => (printing = false));
  });
  document.querySelector(".skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
  addEventListener("hashchange", () => route());
  // A link to where one is already changes no address, and yet somebody wants to be taken there.
  addEventListener("click", (event) => {
    const again = event.target.closest("a")?.getAttribute("href") === location.hash;
    if (again && !event.defaultPrevented) route();
  });
  await route(true);
  document.documentElement.dataset.ready = "";
})();
