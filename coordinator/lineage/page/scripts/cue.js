// A cue: its way back to the film.

function showCue(track, cue) {
  const title = element("div", { className: "heading" }, element("h2", { text: `Cue ${cue.number}: the way back to the film` }));
  lightWay(lit(track, cue.way));
  if (!cue.way) {
    show(title, element("p", { className: "notice bad" }, element("code", { text: "LINEAGE_BROKEN" }), ` ${cue.problem}`));
    return;
  }
  show(title, element("ol", { className: "chain" }, wayBack(track, cue, cue.way)));
  announce(`Cue ${cue.number}: ${cue.text}. Its way back is shown`);
}

function lit(track, way) {
  const parts = [way ? track.lit : null, way && way.edit ? track.lit_edit : null].filter(Boolean);
  return { nodes: parts.flatMap((part) => part.nodes), edges: parts.flatMap((part) => part.edges) };
}

function wayBack(track, cue, way) {
  const span = way.span;
  return [
    station(`Shown ${filmTime(cue.start)} to ${filmTime(cue.end)}`, element("div", { className: "quote", text: cue.text, dir: "auto" })),
    way.edit ? station("Edited by a person", edited(way.edit)) : null,
    way.sentences.length ? station("Translated from", way.sentences.map(translated)) : null,
    way.words.length ? spoken(way.words) : null,
    way.segments.length ? station("Recognised as", way.segments.map(evidence)) : null,
    way.regions.length ? station("Speech found at", strip(way), way.regions.map(region)) : null,
    station(way.heard ? `Heard in ${way.heard}` : "Samples", element("div", { className: "mono", text: `samples ${span.first_sample} to ${span.end_sample} at ${span.sample_rate} Hz` })),
    station("In the film", element("div", { text: `${filmTime(span.start)} to ${filmTime(span.end)}, ${span.stream || "stream not known"}` }), command("Play", way.play), command("Cut out", way.extract)),
    station("Made by", table(["step", "models", "manifest"], track.steps.map((step) => [makers.has(step.manifest) ? link(makers.get(step.manifest), nodes.get(makers.get(step.manifest)).folder) : step.stage, step.models.join(", ") || "none", short(step.manifest)]))),
  ];
}

function station(title, ...content) {
  return element("li", {}, element("h3", { text: title }), content);
}

function edited(edit) {
  const by = edit.author ? ` of ${edit.author}` : "";
  const former = edit.former.map((cue) => [
    element("div", { className: "quote", text: cue.text, dir: "auto" }),
    element("div", { className: "mono hint", text: `before: ${cue.id} · ${filmTime(cue.start)} to ${filmTime(cue.end)}` }),
  ]);
  return [
    element("div", { text: `line ${edit.row} of ${edit.file_name || "a file that is not at hand"}${by}`, dir: "auto" }),
    former.length ? former : element("div", { className: "hint", text: "nothing stood there before: the cue was added" }),
  ];
}

function translated(sentence) {
  const said = [sentence.id, `${sentence.status} by ${sentence.engine}`, ...sentence.problems];
  const terms = sentence.terms.map((term) => element("div", { className: term.kept ? "hint" : "bad", text: `${term.source} must read ${term.expected}: ${term.kept ? "it does" : "it does not"}` }));
  return [element("div", { text: sentence.text, dir: "auto" }), element("div", { className: "mono hint", text: said.join(" · ") }), terms];
}

// What all words have in common is said once.
function spoken(words) {
  const common = (values) => (new Set(values).size === 1 && values[0]) || "";
  const [speaker, timing] = [common(words.map((one) => one.speaker)), common(words.map((one) => one.timing))];
  const title = ["Words", speaker && `spoken by ${speaker}`, timing && `times ${timing}`].filter(Boolean).join(" · ");
  return station(title, element("div", { className: "words" }, words.map((one) => word(one, speaker, timing))));
}

function word(heard, speaker, timing) {
  const parts = [withinHour(heard.start), heard.probability === null ? "" : `p ${heard.probability.toFixed(2)}`, timing ? "" : heard.timing, speaker ? "" : heard.speaker];
  const title = `${filmTime(heard.start)} to ${filmTime(heard.end)}, ${heard.ids.join(" from ")}`;
  return element("span", { className: "word", text: heard.text, dir: "auto", title }, element("small", { text: parts.filter(Boolean).join(" · ") }));
}

function evidence(segment) {
  const decode = segment.decode;
  const figures = decode ? [`log probability ${decode.log_probability.toFixed(2)}`, `compression ${decode.compression_ratio.toFixed(2)}`, `temperature ${decode.temperature.toFixed(1)}`, `${decode.tokens} tokens`] : [];
  return [
    element("div", { text: segment.text, dir: "auto" }),
    element("div", { className: "mono hint", text: [segment.id, ...figures].join(" · ") }),
    segment.terms.length ? element("div", { className: "hint", text: `told to expect: ${segment.terms.join(", ")}` }) : null,
    segment.rejected.map((other) => element("div", { className: "hint", text: `not: ${other.text.trim()} (${other.reason})` })),
  ];
}

function region(found) {
  return element("div", { className: "mono", text: `${found.id} · ${filmTime(found.start)} to ${filmTime(found.end)} · samples ${found.first_sample} to ${found.end_sample} · confidence ${found.confidence.toFixed(2)}` });
}

// The regions as a strip, with the words where they are spoken.
function strip(way) {
  const spans = [...way.regions, way.span];
  const from = Math.min(...spans.map((span) => span.start));
  const length = Math.max(...spans.map((span) => span.end)) - from || 1;
  const part = (span, className) => {
    const made = element("i", { className });
    made.style.left = `${(100 * (span.start - from)) / length}%`;
    made.style.width = `${(100 * (span.end - span.start)) / length}%`;
    return made;
  };
  return element("div", { className: "strip" }, way.regions.map((span) => part(span, "")), way.words.map((span) => part(span, "spoken")));
}

function command(title, text) {
  const code = element("code", { text });
  const copy = button("Copy", () => copied(code, copy), { ariaLabel: `Copy the command: ${title}` });
  return element("div", { className: "command" }, code, copy);
}

// A browser may refuse the clipboard to a page from disk: then the text is selected, ready to be copied by hand.
async function copied(code, copy) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    copy.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(code);
    copy.textContent = "Selected";
  }
  announce(copy.textContent);
}
