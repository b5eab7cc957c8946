// Draws the README's pictures of the wallboard anew: node tests/wallboard/pictures.mjs, with WALLBOARD naming a demonstration.
// They are what the browser has, as text: the page's elements and rules in an SVG, and the curve as the browser drew it.
import { writeFile } from "node:fs/promises";
import { done, open } from "./support.mjs";

const PICTURES = { board: "&theme=light", agents: "&page=agents&theme=dark", why: "&page=why&metric=csat.score&theme=light" };
const [WIDTH, HEIGHT] = [1280, 720];

for (const [name, parameters] of Object.entries(PICTURES)) {
  const page = await open(`/?account=northwind${parameters}`, { width: WIDTH, height: HEIGHT });
  await page.getByText("Live", { exact: true }).waitFor();
  await page.getByRole("main").locator("a").first().waitFor();
  if (name === "board") await page.locator("canvas").waitFor();
  await page.waitForTimeout(2_000);
  const { style, body, theme } = await page.evaluate(() => {
    // Rules for other sizes are left out: in a README the picture has another one.
    const texts = (rules) => [...rules].flatMap((rule) => {
      if (rule instanceof CSSMediaRule) return matchMedia(rule.conditionText).matches ? texts(rule.cssRules) : [];
      return rule instanceof CSSKeyframesRule || /animation:/.test(rule.cssText) ? [] : [rule.cssText];
    });
    const inPixels = (text) => text
      .replace(/([\d.]+)dvh/g, (_, part) => `${(part * innerHeight) / 100}px`)
      .replace(/([\d.]+)vw/g, (_, part) => `${(part * innerWidth) / 100}px`);
    const style = inPixels([...document.styleSheets].flatMap((sheet) => texts(sheet.cssRules)).join("\n"));
    for (const canvas of document.querySelectorAll("canvas")) {
      const image = new Image(canvas.clientWidth, canvas.clientHeight);
      image.src = canvas.toDataURL();
      image.alt = "";
      image.style.cssText = canvas.style.cssText;
      canvas.replaceWith(image);
    }
    for (const select of document.querySelectorAll("select")) {
      for (const option of [...select.options]) if (!option.selected) option.remove();
    }
    const body = new XMLSerializer().serializeToString(document.querySelector("#app"));
    return { style, body, theme: document.documentElement.dataset.theme };
  });
  const root = `xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" data-theme="${theme}"`;
  const inside = `<body xmlns="http://www.w3.org/1999/xhtml">${body}</body>`;
  const drawing = `<foreignObject width="${WIDTH}" height="${HEIGHT}">${inside}</foreignObject>`;
  await writeFile(new URL(`pictures/${name}.svg`, import.meta.url), `<svg ${root}><style><![CDATA[${style}]]></style>${drawing}</svg>\n`);
  await page.context().close();
}
await done();
