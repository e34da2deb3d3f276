// How the picture looks: the colours are those of the style sheet, light or dark.

const FONT = 'system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif';

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

// A coloured band at the left side; its stripes tell statuses apart where colours do not.
function band(name, stripes, paper) {
  const stops = stripes.flatMap(([from, to]) => [[paper, from], [name, from], [name, to], [paper, to]]);
  return {
    "background-fill": "linear-gradient",
    "background-gradient-direction": "to-right",
    "background-gradient-stop-colors": [...stops.map(([stop]) => stop), paper].join(" "),
    "background-gradient-stop-positions": [...stops.map(([, at]) => at), 100].join(" "),
  };
}

const STRIPES = {
  SUCCEEDED: [[0, 3]],
  REUSED: [[0, 1.2], [2.4, 3.6]],
  FAILED: [[0, 5]],
  UNREADABLE: [[0, 5]],
  CANCELLED: [[0, 2], [3.4, 5.4]],
};
const EDGES = { SKIPPED: "dotted", NOT_DONE: "dashed", MISSING: "dashed" };

function statusStyles() {
  return Object.entries(STATUSES).flatMap(([status, [, , kind]]) => [
    { selector: `.step.${status}`, style: STRIPES[status] ? band(colour(kind), STRIPES[status], colour("card")) : {} },
    { selector: `.step.${status}, .file.${status}`, style: { "border-style": EDGES[status] ?? "solid" } },
    { selector: `.caption.${status}`, style: { color: colour(kind) } },
  ]);
}

const LEFT = {
  "text-halign": "right",
  "text-valign": "center",
  "text-justification": "left",
  "text-wrap": "ellipsis",
};

function pictureStyle() {
  return [
    { selector: "node", style: {
      ...LEFT, shape: "round-rectangle", "corner-radius": 9, width: "data(width)", height: "data(height)",
      label: "data(label)", "text-margin-x": "data(margin)", "text-max-width": "data(room)", "font-family": FONT, "font-size": 15,
      "font-weight": 600, color: colour("ink"), "background-color": colour("card"), "border-width": 1.25,
      "border-color": colour("edge"), "min-zoomed-font-size": 5, "overlay-opacity": 0,
      "z-index-compare": "manual", "z-index": 3,
    } },
    { selector: ".step, .card", style: { "text-margin-y": -8 } },
    ...statusStyles(),
    { selector: ".open", style: {
      "background-fill": "solid", "background-color": colour("wash"), "text-valign": "top", "text-margin-y": 23, "z-index": 0,
    } },
    { selector: ".shard.open", style: { "background-color": colour("card"), "z-index": 1 } },
    { selector: ".film", style: { "background-color": colour("ink"), "border-color": colour("ink"), color: colour("card") } },
    { selector: ".file", style: { "font-size": 13.5, "font-weight": 400 } },
    { selector: ".outside", style: { shape: "cut-rectangle", "corner-radius": 10, "font-size": 15, "font-weight": 600 } },
    { selector: ".caption", style: {
      shape: "rectangle", "border-width": 0, "background-opacity": 0, "font-size": 12.5, "font-weight": 400, events: "no", "z-index": 4,
    } },
    { selector: ".caption.film", style: { color: colour("card") } },
    { selector: ".original", style: { "font-size": 11.5, "font-weight": 400, color: colour("reused"), "border-style": "double", "border-width": 3 } },
    { selector: ".file.MISSING", style: { color: colour("bad"), "border-color": colour("bad") } },
    ...edgeStyles(),
    { selector: "node.found", style: { "border-color": colour("found"), "border-width": 3 } },
    { selector: "node.lit", style: { "border-color": colour("accent"), "border-width": 2 } },
    { selector: "node.chosen", style: { "border-color": colour("accent"), "border-width": 3 } },
    { selector: "node.focused", style: {
      "outline-color": colour("accent"), "outline-width": 2.5, "outline-offset": 4, "outline-opacity": 1,
    } },
    { selector: "node.dim", style: { opacity: 0.32 } },
  ];
}

function edgeStyles() {
  return [
    { selector: "edge", style: {
      width: 1.5, "line-color": colour("edge"), "target-arrow-color": colour("edge"), "target-arrow-shape": "triangle",
      "arrow-scale": 0.8, "curve-style": "unbundled-bezier", "edge-distances": "node-position",
      "control-point-distances": "data(distances)", "control-point-weights": "data(weights)", "source-endpoint": "0% 50%", "target-endpoint": "0% -50%", events: "no",
      "z-index-compare": "manual", "z-index": 2,
    } },
    { selector: "edge.far", style: { width: 1.25, opacity: 0.6 } },
    { selector: "edge.inner", style: { "source-endpoint": "50% 0%" } },
    { selector: "edge.near, edge.lit", style: {
      width: 2.5, opacity: 1, "line-color": colour("accent"), "target-arrow-color": colour("accent"),
    } },
    { selector: "edge.dim", style: { opacity: 0.18 } },
  ];
}
