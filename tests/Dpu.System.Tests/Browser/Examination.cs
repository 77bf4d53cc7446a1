using Microsoft.Playwright;

namespace Dpu.System.Tests.Browser;

/// <summary>What is wrong with a page for people who see little, hold a telephone, or use no mouse.</summary>
internal static class Examination
{
    /// <summary>One sentence for each flaw; empty for a good page. Contrast is that of WCAG 2.2, 1.4.3 (AA).</summary>
    public static Task<string[]> FlawsAsync(IPage page) => page.EvaluateAsync<string[]>(Script);

    private const string Script = """
        () => {
          const flaws = new Set();
          const shown = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && element.getClientRects().length > 0;
          const name = element => `<${element.tagName.toLowerCase()}${element.id ? " #" + element.id : ""}${typeof element.className === "string" && element.className ? " ." + element.className.trim().replaceAll(/\s+/g, ".") : ""}>`;
          const colour = text => { const parts = text.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0, 0]; return [parts[0], parts[1], parts[2], parts.length > 3 ? parts[3] : 1]; };
          const over = (front, back) => [0, 1, 2].map(i => front[i] * front[3] + back[i] * (1 - front[3])).concat(1);
          const light = c => { const [r, g, b] = c.slice(0, 3).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
          const groundOf = element => {
            const layers = [];
            for (let e = element; e; e = e.parentElement) {
              const c = colour(getComputedStyle(e).backgroundColor);
              if (c[3] > 0) layers.push(c);
              if (c[3] === 1) break;
            }
            return layers.reverse().reduce((back, front) => over(front, back), [255, 255, 255, 1]);
          };

          if (document.documentElement.scrollWidth > innerWidth + 1) flaws.add(`the page is wider than its window: ${document.documentElement.scrollWidth} > ${innerWidth}`);
          if (!document.title) flaws.add("it has no title");
          if (document.querySelectorAll("h1").length !== 1) flaws.add(`it has ${document.querySelectorAll("h1").length} first headings`);
          if (!document.documentElement.lang) flaws.add("its language is not said");
          const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
          ids.filter((id, i) => ids.indexOf(id) !== i).forEach(id => flaws.add(`the id ${id} is there twice`));
          for (const e of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
            if (!(e.labels?.length || e.getAttribute("aria-label") || e.getAttribute("aria-labelledby"))) flaws.add(`${name(e)} ${e.name} has no label`);
          for (const e of document.querySelectorAll("button, a[href], summary"))
            if (shown(e) && !(e.textContent.trim() || e.getAttribute("aria-label") || e.querySelector("img[alt]:not([alt='']), title"))) flaws.add(`${name(e)} ${e.getAttribute("href") ?? ""} says nothing`);
          for (const e of document.querySelectorAll("img"))
            if (!e.hasAttribute("alt")) flaws.add(`${name(e)} has no alternative text`);
          for (const e of document.querySelectorAll("svg"))
            if (e.getAttribute("aria-hidden") !== "true" && !e.querySelector("title") && !e.getAttribute("aria-label") && !e.getAttribute("aria-labelledby")) flaws.add(`${name(e)} has no title`);
          for (const e of document.querySelectorAll("table"))
            if (!e.querySelector("th")) flaws.add(`${name(e)} has no headings`);
          for (const e of document.querySelectorAll("[style], [onclick], [onload], [onerror]")) flaws.add(`${name(e)} has something inline`);

          const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const e = node.parentElement;
            if (!node.data.trim() || !shown(e) || e.closest("script, style, noscript, title, [aria-hidden=true], option, .gone") || e.matches(":disabled")) continue;
            const style = getComputedStyle(e);
            const ink = over(colour(e instanceof SVGElement ? style.fill : style.color), groundOf(e));
            const [a, b] = [light(ink), light(groundOf(e))].sort((x, y) => y - x);
            const contrast = (a + 0.05) / (b + 0.05);
            const size = parseFloat(style.fontSize);
            const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
            if (contrast < (large ? 3 : 4.5)) flaws.add(`${name(e)} "${node.data.trim().slice(0, 30)}" has a contrast of ${contrast.toFixed(2)}`);
          }
          return [...flaws];
        }
        """;
}
