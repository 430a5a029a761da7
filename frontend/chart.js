// Draws what a <canvas data-chart="…"> describes. Its numbers stand in a table beside it; this is only the picture.
import {
  BarController, BarElement, CategoryScale, Chart, Filler, Legend, LinearScale, LineController, LineElement,
  PointElement, Tooltip,
} from "chart.js";

Chart.register(BarController, BarElement, CategoryScale, Filler, Legend, LinearScale, LineController, LineElement,
  PointElement, Tooltip);

const drawn = new WeakMap();

export function draw(canvas) {
  const { kind, labels, series, stacked, sideways } = JSON.parse(canvas.dataset.chart);
  const look = getComputedStyle(canvas);
  const colour = (name) => look.getPropertyValue(name).trim();
  const palette = [1, 2, 3, 4, 5].map((n) => colour(`--chart-${n}`));
  drawn.get(canvas)?.destroy();
  Chart.defaults.font.family = look.fontFamily;
  Chart.defaults.color = colour("--muted");
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const value = { beginAtZero: true, stacked, border: { display: false }, grid: { color: colour("--line") },
    ticks: { precision: 0, callback: (n) => number.format(n) } };
  const category = { stacked, grid: { display: false }, border: { color: colour("--line") },
    ticks: { maxRotation: 0, autoSkipPadding: 16 } };
  drawn.set(canvas, new Chart(canvas, {
    type: kind,
    data: {
      labels,
      datasets: series.map(({ name, values }, index) => ({
        label: name, data: values, borderColor: palette[index % 5], backgroundColor: palette[index % 5],
        borderWidth: kind === "line" ? 2 : 0, borderRadius: 3, maxBarThickness: 36, pointRadius: values.length > 40 ? 0 : 3,
        pointHoverRadius: 5, tension: 0.25,
      })),
    },
    options: {
      indexAxis: sideways ? "y" : "x",
      responsive: true,
      maintainAspectRatio: false,
      animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? false : { duration: 160 },
      interaction: { mode: "index", intersect: false },
      scales: sideways ? { x: value, y: category } : { x: category, y: value },
      plugins: {
        legend: { display: series.length > 1, position: "bottom", labels: { boxWidth: 12, boxHeight: 12, padding: 16 } },
        tooltip: { callbacks: { label: (item) => ` ${item.dataset.label}: ${number.format(item.raw)}` } },
      },
    },
  }));
}
