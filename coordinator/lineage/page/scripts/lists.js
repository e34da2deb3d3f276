// The cues, the stages and the findings as lists: what the picture says, for those who do not see it.

const tabs = [...document.querySelectorAll("[role=tab]")];
const trackChoice = document.getElementById("track");

function selectTab(tab, focus = false) {
  for (const one of tabs) {
    one.ariaSelected = String(one === tab);
    one.tabIndex = one === tab ? 0 : -1;
    document.getElementById(one.getAttribute("aria-controls")).hidden = one !== tab;
  }
  trackChoice.hidden = tab.id !== "tab-cues" || lineage.tracks.length < 2;
  if (focus) tab.focus();
}

function setUpTabs() {
  const used = tabs.filter((tab) => !tab.hidden);
  for (const tab of used) tab.addEventListener("click", () => selectTab(tab));
  used[0].parentElement.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = used.indexOf(document.activeElement);
    if (step && at >= 0) selectTab(used[(at + step + used.length) % used.length], true);
  });
  selectTab(used[0]);
}

// A list in which arrows move and Enter chooses; the keys are caught where the focus is.
function listbox(list, catcher, act) {
  const move = (to) => {
    const options = list.querySelectorAll("[role=option]");
    const option = options[Math.min(Math.max(to, 0), options.length - 1)];
    for (const one of options) one.ariaSelected = String(one === option);
    catcher.setAttribute("aria-activedescendant", option?.id ?? "");
    option?.scrollIntoView({ block: "nearest" });
  };
  const at = () => [...list.querySelectorAll("[role=option]")].findIndex((option) => option.ariaSelected === "true");
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    move([...list.querySelectorAll("[role=option]")].indexOf(option));
    act(option);
  });
  catcher.addEventListener("keydown", (event) => {
    const steps = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (steps) move(at() + steps);
    else if (event.key === "Enter" && at() >= 0) act(list.querySelectorAll("[role=option]")[at()]);
    else return;
    event.preventDefault();
  });
  return move;
}

const cueList = element("ul", { className: "cues", role: "listbox", ariaLabel: "Cues", tabIndex: 0 });
const moveToCue = listbox(cueList, cueList, (option) => {
  const track = currentTrack();
  showCue(track, track.cues[Number(option.dataset.place)]);
});

function currentTrack() {
  return lineage.tracks[Number(trackChoice.value) || 0];
}

function fillCues() {
  const cues = currentTrack()?.cues ?? [];
  const option = (cue, place) => element("li", { id: `cue-${place}`, role: "option", ariaSelected: "false", data: { place } },
    element("span", { className: "number", text: cue.number }), element("span", { className: "time", text: filmTime(cue.start) }), element("span", { className: "text", text: cue.text, dir: "auto" }));
  cueList.replaceChildren(...cues.map(option));
}

function setUpCues() {
  lineage.tracks.forEach((track, place) => trackChoice.append(element("option", { value: place, text: track.language_code })));
  trackChoice.addEventListener("change", fillCues);
  document.getElementById("cues").append(lineage.tracks.length ? cueList : element("p", { className: "hint", text: "This job has no cues." }));
  fillCues();
}

function openCue(trackPlace, place) {
  trackChoice.value = trackPlace;
  fillCues();
  selectTab(document.getElementById("tab-cues"));
  moveToCue(place);
  showCue(currentTrack(), currentTrack().cues[place]);
}

function fillStages() {
  const steps = lineage.nodes.filter((node) => lineage.steps[node.id]);
  const made = (node) => contents(node.id).filter((file) => file.kind === "file").map((file) => file.label).join(", ");
  const taken = Map.groupBy(lineage.edges, (edge) => edge.target);
  const line = (node) => [link(node.id, node.folder), badge(node.status), took(taken.get(node.id) ?? []), made(node)];
  document.getElementById("stages").append(table(["Stage", "Status", "Took", "Made"], steps.map(line)));
}

// The files by their makers, e.g. "01_demux: speech_audio, media_document".
function took(edges) {
  const files = Map.groupBy(edges.map((edge) => nodes.get(edge.source)), (file) => nodes.get(file.parent)?.folder ?? "");
  return [...files].map(([folder, of]) => `${folder ? `${folder}: ` : ""}${of.map((file) => file.label).join(", ")}`).join("; ");
}

function fillFindings() {
  const line = (finding) => element("li", { className: finding.severity }, element("code", { text: finding.code }), ` ${finding.message}`, element("small", { text: finding.location }));
  document.getElementById("findings").append(element("ul", { className: "findings" }, lineage.findings.map(line)));
  const tab = document.getElementById("tab-findings");
  tab.textContent = `Findings ${lineage.findings.length}`;
  tab.hidden = !lineage.findings.length;
}

function fillLegend() {
  const statuses = [...new Set(lineage.nodes.filter((node) => node.folder).map((node) => node.status))];
  document.getElementById("legend").append(...statuses.map((status) => element("li", {}, badge(status))));
}
