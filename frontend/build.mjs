// Builds what the pages need in the browser into outreach/web/static/build: hashed files and manifest.json naming them.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "outreach", "web", "static", "build");

await mkdir(out, { recursive: true });
for (const old of await readdir(out)) await rm(join(out, old), { recursive: true });

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: ["frontend/app.js", "frontend/app.css"],
  outdir: out,
  bundle: true,
  splitting: true, // chart.js becomes a piece of its own, fetched only where a chart is
  format: "esm",
  target: ["es2022", "chrome110", "firefox115", "safari16"],
  minify: true,
  entryNames: "[name]-[hash]",
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  metafile: true,
});

const manifest = {};
for (const [path, made] of Object.entries(metafile.outputs)) {
  if (made.entryPoint) manifest[basename(made.entryPoint)] = relative(out, join(root, path));
}
manifest["icons.svg"] = await kept("icons", await sprite());
manifest["favicon.svg"] = await kept("favicon", await readFile(join(here, "favicon.svg"), "utf8"));
await writeFile(join(out, "manifest.json"), JSON.stringify(manifest, null, 2) + "\n");

/** One SVG file with every icon of icons.txt as a symbol named like the icon. */
async function sprite() {
  const names = (await readFile(join(here, "icons.txt"), "utf8")).split(/\s+/).filter(Boolean);
  const symbols = await Promise.all(names.map(symbol));
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`;
}

async function symbol(name) {
  const source = await readFile(join(root, "node_modules", "lucide-static", "icons", `${name}.svg`), "utf8");
  const shapes = source.slice(source.indexOf(">", source.indexOf("<svg")) + 1, source.lastIndexOf("</svg>"));
  return (
    `<symbol id="${name}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" ` +
    `stroke-linecap="round" stroke-linejoin="round">${shapes.replace(/\s+/g, " ").trim()}</symbol>`
  );
}

async function kept(name, content) {
  const file = `${name}-${createHash("sha256").update(content).digest("hex").slice(0, 8)}.svg`;
  await writeFile(join(out, file), content);
  return file;
}
