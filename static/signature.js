// Draws a name with finger, pen or mouse, and sends it as numbers: strokes of points on a fixed
// field, "12,40 13,41;200,80". Without it the typed name is the whole signature.
"use strict";
(() => {
  const part = document.getElementById("drawn");
  if (!part) return;
  const field = part.querySelector("canvas");
  const sent = part.querySelector("input");
  const wide = Number(part.dataset.wide);
  const high = Number(part.dataset.high);
  const mostStrokes = 60;
  const mostPoints = 1500;
  const pen = field.getContext("2d");
  if (!pen) return;

  const read = (text) => text ? text.split(";").map((s) => s.split(" ").map((q) => q.split(",").map(Number))) : [];
  let strokes = read(sent.value);
  let now = null;

  const points = () => strokes.reduce((sum, stroke) => sum + stroke.length, 0);
  const keep = () => { sent.value = strokes.map((s) => s.map((q) => q.join(",")).join(" ")).join(";"); };

  const paint = () => {
    pen.clearRect(0, 0, wide, high);
    pen.strokeStyle = getComputedStyle(part).color;
    pen.lineWidth = 4;
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of strokes) {
      pen.beginPath();
      pen.moveTo(stroke[0][0], stroke[0][1]);
      for (const [x, y] of stroke.length > 1 ? stroke : [[stroke[0][0] + 1, stroke[0][1]]]) pen.lineTo(x, y);
      pen.stroke();
    }
  };

  const place = (event) => {
    const box = field.getBoundingClientRect();
    const at = (far, size, most) => Math.min(most, Math.max(0, Math.round(far / size * most)));
    return [at(event.clientX - box.left, box.width, wide), at(event.clientY - box.top, box.height, high)];
  };

  const begin = (event) => {
    if (now !== null || strokes.length >= mostStrokes || points() >= mostPoints) return;
    event.preventDefault();
    field.setPointerCapture(event.pointerId);
    now = event.pointerId;
    strokes.push([place(event)]);
    paint();
  };
  const go = (event) => {
    if (event.pointerId !== now || points() >= mostPoints) return;
    const stroke = strokes[strokes.length - 1];
    const [x, y] = place(event);
    const [px, py] = stroke[stroke.length - 1];
    if (Math.hypot(x - px, y - py) < 3) return;
    stroke.push([x, y]);
    paint();
  };
  const end = (event) => {
    if (event.pointerId !== now) return;
    now = null;
    keep();
  };

  field.addEventListener("pointerdown", begin);
  field.addEventListener("pointermove", go);
  field.addEventListener("pointerup", end);
  field.addEventListener("pointercancel", end);
  part.querySelector("button").addEventListener("click", () => { strokes = []; keep(); paint(); });
  part.hidden = false;
  paint();
})();
