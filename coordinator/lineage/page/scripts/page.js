// Brings the parts together: clicks, keys, links to one cue or step, light and dark.

const ARROWS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

function openNode(id) {
  choose(id);
  showNode(id);
}

function clear() {
  choose("");
  showWelcome();
}

function pictureKey(event) {
  const at = marked.focused && picture.getElementById(shown(marked.focused)).nonempty() ? shown(marked.focused) : firstNode();
  const acts = {
    Enter: () => openNode(at),
    " ": () => toggle(at),
    "+": () => zoom(1.25),
    "-": () => zoom(0.8),
    0: fit,
  };
  if (!at || event.ctrlKey || event.metaKey || event.altKey) return;
  if (ARROWS[event.key]) focusNode(neighbour(at, ARROWS[event.key]));
  else if (acts[event.key]) acts[event.key]();
  else return;
  event.preventDefault();
}

function pageKey(event) {
  const typing = event.target.matches("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    searchField.focus();
  } else if (event.key === "Escape") {
    if (searchField.value) endSearch();
    else clear();
  }
}

function setUpPicture() {
  picture.on("tap", "node", ({ target }) => {
    if (target.id() === marked.chosen) toggle(target.id());
    openNode(target.id());
  });
  picture.on("tap", (event) => { if (event.target === picture) clear(); });
  pane.addEventListener("keydown", pictureKey);
  pane.addEventListener("focus", () => focusNode(marked.focused ? shown(marked.focused) : firstNode()));
  pane.addEventListener("blur", mark);
  const acts = { fit, closer: () => zoom(1.25), farther: () => zoom(0.8), expand: () => expandAll(true), collapse: () => expandAll(false) };
  for (const [id, act] of Object.entries(acts)) document.getElementById(id).addEventListener("click", act);
}

function setUpColours() {
  const restyle = () => picture.style(pictureStyle());
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", restyle);
  matchMedia("print").addEventListener("change", restyle);
}

// A link such as film.html#cue=7 or film.html#step=03_asr opens with that chosen.
function openAsked() {
  const [kind, asked] = decodeURIComponent(location.hash.slice(1)).split("=");
  const cue = (currentTrack()?.cues ?? []).findIndex((one) => String(one.number) === asked);
  const step = lineage.nodes.find((node) => node.folder === asked);
  if (kind === "cue" && cue >= 0) openCue(Number(trackChoice.value) || 0, cue);
  if (kind === "step" && step) openNode(step.id);
}

fillFindings();
fillStages();
fillLegend();
setUpTabs();
setUpCues();
setUpSearch();
setUpPicture();
setUpColours();
document.addEventListener("keydown", pageKey);
addEventListener("hashchange", openAsked);
showWelcome();
draw();
start();
openAsked();
