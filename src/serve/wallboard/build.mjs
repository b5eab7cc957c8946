// Builds the wallboard: what is in page/ becomes the four files in dist/ that the program serves.
//
// tests/setup.sh runs it after it has installed the packages in target/wallboard: not here, since everything below src/ is
// what a build of the program is named after. The same source gives the same bytes, and a file that would be the same is not
// written again, so that cargo has nothing to compile anew.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const packages = fileURLToPath(new URL("../../../target/wallboard/node_modules/", import.meta.url));
const { build } = createRequire(packages)("esbuild");

/** The script and its styles, each bundled into one file. */
async function bundled() {
  const { outputFiles } = await build({
    absWorkingDir: here,
    entryPoints: ["page/main.tsx"],
    outfile: "dist/board.js",
    write: false,
    bundle: true,
    minify: true,
    format: "esm",
    target: "es2022",
    charset: "utf8",
    jsx: "automatic",
    jsxImportSource: "preact",
    nodePaths: [packages],
    // Its paths are for the type check: they would lead past what packages say of themselves.
    tsconfigRaw: {},
    // esbuild itself says what is wrong.
    logLevel: "warning",
  });
  return outputFiles.map(({ path, contents }) => [path, Buffer.from(contents)]);
}

/** What is served as it is written. */
const copied = ["index.html", "icon.svg"].map((name) => [`${here}dist/${name}`, readFileSync(`${here}page/${name}`)]);

function before(path) {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

try {
  const files = [...(await bundled()), ...copied];
  mkdirSync(`${here}dist`, { recursive: true });
  for (const [path, contents] of files) {
    if (!before(path)?.equals(contents)) writeFileSync(path, contents);
  }
} catch (error) {
  // A fault of the page has been told by then.
  if (!error.errors) console.error(error);
  process.exit(1);
}
