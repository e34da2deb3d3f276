// Finds stages, files, digests, models and cues; what is found in the picture is marked there.

const searchField = document.getElementById("search");
const results = document.getElementById("results");
const SHOWN = 60;
let entries = null;
let matches = [];

// Everything that can be found, with the text it is found by in lower case; made when it is first asked for.
function searchable() {
  return [...lineage.nodes.map(entryOfNode), ...lineage.tracks.flatMap((track, at) => track.cues.map((cue, place) => entryOfCue(track, at, cue, place)))];
}

function entryOfNode(node) {
  const step = lineage.steps[node.id];
  const models = step?.manifest?.models ?? [];
  const texts = [node.label, node.folder, node.status, node.digest, node.media_type, step?.digest, ...models.flatMap((model) => [model.name, model.revision, model.digest])];
  const about = [STATUSES[node.status]?.[1], node.media_type, ...models.map((model) => model.name)].filter(Boolean).join(", ");
  return { kind: node.folder ? "stage" : node.kind, title: fullName(node.id), about, text: texts.filter(Boolean).join(" ").toLowerCase(), node: node.id, act: () => openNode(node.id) };
}

function entryOfCue(track, trackPlace, cue, place) {
  const title = `${cue.number}  ${cue.text}`;
  return { kind: "cue", title, about: `${track.language_code}, ${filmTime(cue.start)}`, text: `${title} ${cue.id}`.toLowerCase(), act: () => openCue(trackPlace, place) };
}

function find() {
  entries ??= searchable();
  const words = searchField.value.toLowerCase().split(/\s+/).filter(Boolean);
  matches = words.length ? entries.filter((entry) => words.every((word) => entry.text.includes(word))) : [];
  marked.found = new Set(matches.flatMap((entry) => entry.node ?? []));
  mark();
  results.replaceChildren(...matches.slice(0, SHOWN).map(option), ...rest(words));
  results.hidden = !words.length;
  searchField.ariaExpanded = String(Boolean(words.length));
  searchField.setAttribute("aria-activedescendant", "");
  if (words.length) announce(`${matches.length} found`);
}

function option(entry, place) {
  return element("li", { id: `result-${place}`, role: "option", ariaSelected: "false", data: { place } },
    element("span", { className: "kind", text: entry.kind }), element("span", { className: "text", text: entry.title, dir: "auto" }), element("small", { text: entry.about }));
}

function rest(words) {
  if (!words.length) return [];
  if (!matches.length) return [element("li", { className: "hint", text: "Nothing found." })];
  return matches.length > SHOWN ? [element("li", { className: "hint", text: `and ${matches.length - SHOWN} more: say more words` })] : [];
}

function endSearch() {
  searchField.value = "";
  find();
}

function setUpSearch() {
  searchField.addEventListener("input", find);
  listbox(results, searchField, (chosen) => {
    const entry = matches[Number(chosen.dataset.place)];
    endSearch();
    entry.act();
  });
}
