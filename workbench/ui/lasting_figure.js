// Draws a Plotly figure in place: new points change what is on the screen and do not make it anew, so that a zoom, and a
// drag that has begun, last. What was zoomed to is kept by identity as long as the page is open in its tab; figures of
// one identity show the same part of their axis.

const zooms = new Map();
const figures = new Map();
let library;

/** Load Plotly once, from the server of this page. */
function plotly(address) {
  library ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = address;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => {
      library = undefined;
      reject(new Error(`${address} cannot be loaded. Load the page again.`));
    };
    document.head.append(script);
  });
  return library;
}

/** One figure in one place; what comes while a drag goes on is drawn after it. */
class Figure {
  constructor(place, Plotly) {
    this.place = place;
    this.Plotly = Plotly;
    this.isHeld = false;
    this.release = () => {
      this.isHeld = false;
      if (this.isWaiting) this.draw(this.latest);
    };
    place.addEventListener("pointerdown", () => (this.isHeld = true));
    for (const end of ["pointerup", "pointercancel"]) window.addEventListener(end, this.release);
    this.sizes = new ResizeObserver(() => this.fit());
    this.sizes.observe(place);
  }

  async draw(data) {
    this.latest = data;
    this.isWaiting = this.isHeld;
    if (this.isHeld) return;
    const { data: traces, layout } = JSON.parse(data.figure);
    const isFirst = this.identity === undefined;
    this.identity = data.identity;
    this.place.setAttribute("role", "figure");
    this.place.setAttribute("aria-label", data.alt);
    const zoom = zooms.get(data.identity);
    if (zoom) layout.xaxis = { ...layout.xaxis, range: zoom, autorange: false };
    await this.Plotly.react(this.place, traces, { ...layout, autosize: true, uirevision: data.identity }, data.config);
    if (isFirst) this.place.on("plotly_relayout", (change) => this.remember(change));
  }

  remember(change) {
    if (change["xaxis.autorange"]) zooms.delete(this.identity);
    else if ("xaxis.range[0]" in change) zooms.set(this.identity, [change["xaxis.range[0]"], change["xaxis.range[1]"]]);
    else return;
    for (const other of figures.values()) {
      if (other !== this && other.identity === this.identity) other.draw(other.latest);
    }
  }

  fit() {
    const width = this.place.clientWidth;
    const drawn = this.place._fullLayout?.width;
    if (width > 0 && drawn !== undefined && Math.abs(width - drawn) > 1) this.Plotly.Plots.resize(this.place);
  }

  remove() {
    figures.delete(this.place);
    this.sizes.disconnect();
    for (const end of ["pointerup", "pointercancel"]) window.removeEventListener(end, this.release);
    this.Plotly.purge(this.place);
    this.place.remove();
  }
}

export default async function ({ data, parentElement }) {
  let place = parentElement.querySelector(":scope > .rh-lasting-figure");
  if (!place) {
    place = document.createElement("div");
    place.className = "rh-lasting-figure";
    place.style.minHeight = `${data.height}px`; // what stands below does not jump when the drawing comes
    parentElement.append(place);
  }
  const Plotly = await plotly(data.library);
  if (!figures.has(place)) figures.set(place, new Figure(place, Plotly));
  const figure = figures.get(place);
  await figure.draw(data);
  return () => figure.remove();
}
