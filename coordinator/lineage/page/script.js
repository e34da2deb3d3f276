"use strict";
// Everything from the job is set as text, never as markup.

const data = JSON.parse(document.getElementById("data").textContent);
const picture = document.querySelector(".picture");
const details = document.getElementById("details");
const rows = document.getElementById("rows");

function element(name, options = {}, ...children) {
  const made = document.createElement(name);
  if (options.class) made.className = options.class;
  if (options.text !== undefined) made.textContent = options.text;
  made.append(...children.filter((child) => child !== null));
  return made;
}

function filmTime(seconds) {
  const all = Math.round(seconds * 1000);
  const two = (number) => String(number).padStart(2, "0");
  const rest = String(all % 1000).padStart(3, "0");
  return `${two(Math.floor(all / 3600000))}:${two(Math.floor(all / 60000) % 60)}:${two(Math.floor(all / 1000) % 60)}.${rest}`;
}

function bytes(count) {
  const units = ["B", "KiB", "MiB", "GiB"];
  let unit = 0;
  for (; count >= 1024 && unit < 3; unit++) count /= 1024;
  return `${unit ? count.toFixed(1) : count} ${units[unit]}`;
}

function table(headings, lines) {
  const cells = (line) => element("tr", {}, ...line.map((text) => element("td", { text: String(text) })));
  const head = element("tr", {}, ...headings.map((text) => element("th", { text })));
  return element("table", {}, element("thead", {}, head), element("tbody", {}, ...lines.map(cells)));
}

function section(title, lines, headings) {
  return lines.length ? [element("h3", { text: title }), table(headings, lines)] : [];
}

function show(...children) {
  details.replaceChildren(...children.flat());
  details.scrollTop = 0;
}

function select(nodes, chosen) {
  picture.classList.toggle("tracing", nodes.size > 0);
  for (const card of picture.querySelectorAll(".card")) {
    card.classList.toggle("lit", nodes.has(card.dataset.node));
    card.classList.toggle("chosen", card.dataset.node === chosen);
  }
  for (const line of picture.querySelectorAll(".line")) {
    line.classList.toggle("lit", nodes.has(line.dataset.from) && nodes.has(line.dataset.to));
  }
  const artifacts = new Set([...picture.querySelectorAll(".below.lit")].map((line) => line.dataset.artifact));
  for (const label of picture.querySelectorAll(".lane")) label.classList.toggle("lit", artifacts.has(label.dataset.artifact));
  for (const row of rows.querySelectorAll(".chosen")) row.classList.remove("chosen");
}

// A step: what its manifest says.

const PHASES = [["queued", "queued_seconds"], ["fetching inputs", "fetch_seconds"], ["loading models", "load_seconds"],
  ["computing", "compute_seconds"], ["storing outputs", "store_seconds"]];

function timeBar(times) {
  const spent = PHASES.map(([name, field]) => [name, times[field]]);
  const total = spent.reduce((sum, [, seconds]) => sum + seconds, 0);
  if (!total) return [];
  const bar = element("div", { class: "bar" });
  const legend = element("p", { class: "legend" });
  spent.forEach(([name, seconds], place) => {
    if (!seconds) return;
    const part = element("i", { class: `time-${place}` });
    part.style.width = `${(100 * seconds) / total}%`;
    bar.append(part);
    legend.append(element("span", { class: `key-${place}`, text: `${name} ${seconds.toFixed(1)} s` }));
  });
  return [element("h3", { text: "Where the time went" }), bar, legend];
}

function value(setting) {
  return typeof setting.value === "string" ? setting.value : JSON.stringify(setting.value);
}

function notices(title, kind, found) {
  const lines = found.map((notice) => element("p", { class: kind },
    element("code", { text: notice.code }), ` ${notice.message}`));
  return lines.length ? [element("h3", { text: title }), ...lines] : [];
}

function resources(manifest) {
  const lines = [];
  if (manifest.throughput) lines.push(["media", `${manifest.throughput.media_seconds.toFixed(1)} s, real-time factor ${manifest.throughput.real_time_factor}`]);
  if (manifest.resources) {
    lines.push(["CPU", `${manifest.resources.cpu_seconds.toFixed(1)} s`], ["peak memory", bytes(manifest.resources.peak_memory_bytes)]);
    if (manifest.resources.peak_gpu_memory_bytes) lines.push(["peak GPU memory", bytes(manifest.resources.peak_gpu_memory_bytes)]);
  }
  lines.push(["host", `${manifest.host.node}, ${manifest.host.operating_system}, ${manifest.host.cpu}`],
    ["code", `${manifest.code.version} ${manifest.code.commit.slice(0, 12)}${manifest.code.dirty ? ", changed since" : ""}`]);
  return lines;
}

function maker(origin) {
  if (!origin) return "from outside";
  const step = Object.values(data.steps).find((one) => one.digest === origin.manifest);
  return step ? step.label : `manifest ${origin.manifest.slice(0, 12)}, missing`;
}

function showStep(id) {
  const step = data.steps[id];
  select(new Set(), id);
  const title = element("h2", { text: `${step.label}: ${step.status.replace("_", " ").toLowerCase()}` });
  if (!step.manifest) {
    show(title, element("p", { class: "hint", text: step.problem || "No attempt at this step has ended." }));
    return;
  }
  const manifest = step.manifest;
  const artifact = (file) => [file.role, file.file_name || maker(file.origin), bytes(file.artifact.size_bytes), file.artifact.digest.slice(0, 12)];
  show(
    title,
    element("p", { class: "mono", text: `attempt ${manifest.attempt} · ${manifest.times.started} · manifest ${step.digest}` }),
    manifest.reused ? element("p", { text: `Took over what ${manifest.reused.uri} had done with the same inputs, settings and models.` }) : [],
    manifest.skip_reason ? element("p", { text: `Skipped: ${manifest.skip_reason}` }) : [],
    notices("Errors", "bad", manifest.errors),
    notices("Warnings", "warning", manifest.warnings),
    timeBar(manifest.times),
    section("Settings", Object.entries(manifest.settings).map(([name, setting]) => [name, value(setting), setting.source]), ["name", "value", "from"]),
    section("Models", manifest.models.map((model) => [model.name, model.revision, model.licence, model.digest.slice(0, 12)]), ["name", "revision", "licence", "digest"]),
    section("Inputs", manifest.inputs.map(artifact), ["role", "made by", "size", "digest"]),
    section("Outputs", manifest.outputs.map(artifact), ["role", "file", "size", "digest"]),
    section("Resources", resources(manifest), ["", ""]),
  );
}

function showFilm() {
  select(new Set(), "film");
  show(element("h2", { text: data.film.title }), table(["", ""], [["file", data.film.file_name], ["size", bytes(data.film.size_bytes)],
    ["digest", data.film.digest], ["media type", data.film.media_type]]));
}

// A cue: its way back to the film.

function strip(trace) {
  const spans = trace.regions.map((region) => [region.start, region.end]);
  spans.push([trace.span.start, trace.span.end]);
  const from = Math.min(...spans.map((span) => span[0]));
  const to = Math.max(...spans.map((span) => span[1]));
  const made = element("div", { class: "strip" });
  const add = (start, end, kind) => {
    const part = element("i", { class: kind });
    part.style.left = `${(100 * (start - from)) / (to - from)}%`;
    part.style.width = `${(100 * (end - start)) / (to - from)}%`;
    made.append(part);
  };
  for (const region of trace.regions) add(region.start, region.end, "");
  for (const word of trace.words) add(word.word.start, word.word.end, "spoken");
  return made;
}

function command(text) {
  const button = element("button", { text: "Copy" });
  button.addEventListener("click", () => navigator.clipboard.writeText(text).then(() => { button.textContent = "Copied"; }));
  return element("div", { class: "command" }, element("code", { text }), button);
}

function word(traced) {
  const { word: shown, recognised, speaker } = traced;
  const voice = speaker ? ` · ${speaker}` : "";
  const chance = shown.probability === null ? "" : ` · p ${shown.probability.toFixed(2)}`;
  const chip = element("span", { class: "word", text: shown.text }, element("small", { text: `${filmTime(shown.start)} ${shown.timing}${chance}${voice}` }));
  chip.title = [shown.id, ...recognised.map((earlier) => earlier.id)].join(" ← ");
  return chip;
}

function evidence(segment) {
  const decode = segment.decode;
  const figures = decode && `log probability ${decode.average_log_probability.toFixed(2)} · compression ${decode.compression_ratio.toFixed(2)} · temperature ${decode.temperature.toFixed(1)} · ${decode.tokens.length} tokens`;
  return [element("div", { text: segment.text }), element("div", { class: "mono hint", text: figures ? `${segment.id} · ${figures}` : segment.id })];
}

function translated(sentence) {
  const about = [sentence.id, `${sentence.status} by ${sentence.engine}`, ...sentence.problems];
  const terms = sentence.terms.map((term) => element("div", { class: term.kept ? "hint" : "bad", text:
    `${term.source_text} must read ${term.expected}: ${term.kept ? "it does" : "it does not"}` }));
  return [element("div", { text: sentence.source_text }), element("div", { class: "mono hint", text: about.join(" · ") }), ...terms];
}

function link(title, ...children) {
  return element("li", {}, element("h3", { text: title }), ...children.flat());
}

function showCue(track, cue, row) {
  const trace = cue.trace;
  select(trace ? new Set(track.nodes) : new Set(), null);
  row.classList.add("chosen");
  row.scrollIntoView({ block: "nearest" });
  const title = element("h2", { text: `Cue ${cue.number}: the way back to the film` });
  if (!trace) {
    show(title, element("p", { class: "bad" }, element("code", { text: "LINEAGE_BROKEN" }), ` ${cue.problem}`));
    return;
  }
  const span = trace.span;
  const heard = trace.audio ? `, heard in ${trace.audio.role} of ${trace.audio.stage}` : "";
  const stream = span.stream ? `${span.stream.id}, ${span.stream.codec}, ${span.stream.language_code}` : "stream not known";
  const regions = trace.regions.map((region) => element("div", { class: "mono", text:
    `${region.id} · ${filmTime(region.start)} to ${filmTime(region.end)} · samples ${region.start_sample} to ${region.end_sample} · confidence ${region.confidence.toFixed(2)}` }));
  show(title, element("ol", { class: "chain" },
    link(`Shown ${filmTime(cue.start)} to ${filmTime(cue.end)}`, element("div", { class: "quote", text: cue.text })),
    ...(trace.sentences.length ? [link("Translated from", ...trace.sentences.map(translated))] : []),
    link("Words", element("div", { class: "words" }, ...trace.words.map(word))),
    link("Recognised as", ...trace.segments.map(evidence)),
    ...(regions.length ? [link("Speech found at", strip(trace), regions)] : []),
    link("Samples", element("div", { class: "mono", text: `${span.first_sample} to ${span.end_sample} at ${span.sample_rate} Hz${heard}` })),
    link("In the film", element("div", { text: `${filmTime(span.start)} to ${filmTime(span.end)}, ${stream}` }), command(trace.listen.play), command(trace.listen.extract)),
    link("Made by", table(["step", "models", "manifest"], track.steps.map((step) => [`${String(step.number).padStart(2, "0")} ${step.stage}`,
      step.models.map((model) => `${model.name} ${model.revision}`).join(", ") || "none", step.manifest.slice(0, 12)]))),
  ));
}

function cueRow(track, cue) {
  const row = element("tr", {}, element("td", { text: cue.number }), element("td", { class: "time", text: filmTime(cue.start) }),
    element("td", { class: "text", text: cue.text }));
  row.tabIndex = 0;
  pressable(row, () => showCue(track, cue, row));
  return row;
}

function pressable(target, act) {
  target.addEventListener("click", act);
  target.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    act();
  });
}

function fill() {
  const track = data.tracks[Number(document.getElementById("track").value) || 0];
  const wanted = document.getElementById("search").value.toLowerCase();
  const found = track ? track.cues.filter((cue) => cue.text.toLowerCase().includes(wanted)) : [];
  rows.replaceChildren(...found.map((cue) => cueRow(track, cue)));
  document.getElementById("none").hidden = found.length > 0;
}

for (const card of picture.querySelectorAll(".card")) {
  const id = card.dataset.node;
  pressable(card, () => (id === "film" ? showFilm() : showStep(id)));
}
document.addEventListener("keydown", (event) => { if (event.key === "Escape") select(new Set(), null); });
data.tracks.forEach((track, place) => {
  const option = element("option", { text: track.language_code });
  option.value = place;
  document.getElementById("track").append(option);
});
document.getElementById("track").hidden = data.tracks.length < 2;
document.getElementById("track").addEventListener("change", fill);
document.getElementById("search").addEventListener("input", fill);
fill();
// A link such as film.html#cue=7 or film.html#step=03_asr opens with that chosen.
const [kind, asked] = decodeURIComponent(location.hash.slice(1)).split("=");
if (kind === "cue") [...rows.children].find((row) => row.firstChild.textContent === asked)?.click();
if (kind === "step") for (const [id, step] of Object.entries(data.steps)) if (step.label === asked) showStep(id);
