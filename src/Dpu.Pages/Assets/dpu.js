// Keeps a page as it is in the DPU. Everything is drawn by the server: this fetches the page again when something has changed, and takes over what is marked as live.
// Without it the pages work as well: they are read again every few seconds, and all that can be done is done by forms.
"use strict";

// --- Times -------------------------------------------------------------------------------------------------------------------

const localTime = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

function duration(milliseconds) {
  const two = number => String(number).padStart(2, "0");
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s`
    : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
    : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`
    : `${Math.floor(seconds / 86400)} d ${two(Math.floor(seconds / 3600) % 24)} h`;
}

function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    time.textContent = localTime.format(new Date(time.dateTime));
  }
}

// The viewer's clock may be wrong by more than a job lasts.
let clockOffset = 0;

function tick(root) {
  for (const lasting of root.querySelectorAll("[data-since]")) {
    const text = duration(Date.now() + clockOffset - Date.parse(lasting.dataset.since));
    if (lasting.textContent !== text) {
      lasting.textContent = text;
    }
  }
}

// --- Taking over a newer page ------------------------------------------------------------------------------------------------

const keyOf = node => node.nodeType === Node.ELEMENT_NODE ? node.dataset.key ?? null : null;

// What the viewer or the browser changed stays: open details, what is typed, what has the focus.
const keptAttributes = new Set(["open", "value", "checked", "selected"]);

function morph(old, fresh) {
  if (old.nodeType !== fresh.nodeType || old.nodeName !== fresh.nodeName) {
    old.replaceWith(fresh);
    return;
  }

  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.data !== fresh.data) {
      old.data = fresh.data;
    }

    return;
  }

  if (old.isEqualNode(fresh) || old.hasAttribute("data-still")) {
    return;
  }

  for (const { name } of [...old.attributes]) {
    if (!fresh.hasAttribute(name) && !keptAttributes.has(name)) {
      old.removeAttribute(name);
    }
  }

  for (const { name, value } of fresh.attributes) {
    if (!keptAttributes.has(name) && old.getAttribute(name) !== value) {
      old.setAttribute(name, value);
    }
  }

  if (old.matches("input, textarea, select")) {
    return;
  }

  if (old.dataset.hold !== undefined) {
    morphHeld(old, fresh);
  } else if ([...fresh.children].some(keyOf)) {
    morphKeyed(old, fresh);
  } else {
    morphInOrder(old, fresh);
  }
}

function morphInOrder(old, fresh) {
  const [olds, news] = [[...old.childNodes], [...fresh.childNodes]];
  news.forEach((node, index) => index < olds.length ? morph(olds[index], node) : old.append(node));
  olds.slice(news.length).forEach(node => node.remove());
}

function morphKeyed(old, fresh) {
  const known = new Map([...old.children].map(child => [keyOf(child), child]));
  let place = old.firstChild;
  for (const node of [...fresh.childNodes]) {
    const mine = keyOf(node) === null ? null : known.get(keyOf(node));
    if (mine) {
      known.delete(keyOf(node));
      while (place && place !== mine && (keyOf(place) === null || !fresh.querySelector(`:scope > [data-key="${CSS.escape(keyOf(place))}"]`))) {
        const next = place.nextSibling;
        place.remove();
        place = next;
      }

      if (place !== mine) {
        old.insertBefore(mine, place);
      } else {
        place = place.nextSibling;
      }

      morph(mine, node);
    } else {
      old.insertBefore(node, place);
    }
  }

  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
}

// Rows that one may be about to click never move: what is new waits until it is asked for, what is gone stays as it was, paler.
function morphHeld(old, fresh) {
  const news = new Map([...fresh.children].map(child => [keyOf(child), child]));
  const olds = [...old.children];
  for (const child of olds) {
    const newer = news.get(keyOf(child));
    if (newer) {
      news.delete(keyOf(child));
      morph(child, newer);
    } else {
      child.classList.add("gone");
    }
  }

  const button = document.getElementById(old.dataset.hold);
  const first = olds.length > 0 ? [...fresh.children].findIndex(child => keyOf(child) === keyOf(olds[0])) : 0;
  const count = olds.length === 0 ? news.size : first < 0 ? news.size : first;
  if (button) {
    const [one, many] = old.dataset.holdWords.split("|");
    button.hidden = count === 0;
    button.textContent = first < 0 ? `More than ${count} ${many}` : `${count} ${count === 1 ? one : many}`;
    button.onclick = () => location.reload();
  }
}

// --- Looking again -----------------------------------------------------------------------------------------------------------

const paceMin = 1000;
let lastLook = 0;
let looking = false;
let wanted = false;
let tag = null;
let trouble = false;

function say(text, isBad) {
  const place = document.getElementById("connection");
  place.textContent = text;
  place.classList.toggle("bad", isBad);
  place.hidden = text === "";
}

function lost() {
  if (!trouble) {
    trouble = true;
    say("The connection to the DPU is lost. What is shown may be old; trying again…", true);
  }
}

function regained() {
  if (trouble) {
    trouble = false;
    say("Connected again: this page is up to date.", false);
    setTimeout(() => !trouble && say("", false), 8000);
  }
}

async function look() {
  wanted = true;
  if (looking || document.hidden) {
    return;
  }

  looking = true;
  try {
    while (wanted && !document.hidden) {
      await new Promise(done => setTimeout(done, Math.max(0, lastLook + paceMin - Date.now())));
      wanted = false;
      lastLook = Date.now();
      await take();
    }
  } finally {
    looking = false;
  }
}

async function take() {
  let answer;
  try {
    answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {}, cache: "no-store", redirect: "error" });
  } catch {
    lost();
    setTimeout(look, 2000);
    return;
  }

  const date = Date.parse(answer.headers.get("Date"));
  clockOffset = Math.abs(date - Date.now()) > 2000 ? date - Date.now() : 0;
  if (answer.status === 304) {
    regained();
    return;
  }

  if (!answer.ok) {
    say(answer.status === 404 || answer.status === 401 || answer.status === 403 ? "You do not see this any more: it is gone, or you are not logged in any more." : "The DPU cannot show this page just now; trying again…", true);
    trouble = true;
    setTimeout(look, 5000);
    return;
  }

  tag = answer.headers.get("ETag");
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  localise(fresh);
  tick(fresh);
  document.title = fresh.title;
  for (const region of document.querySelectorAll("[data-live]")) {
    const newer = fresh.getElementById(region.id);
    if (newer) {
      morph(region, newer);
    }
  }

  regained();
  document.dispatchEvent(new Event("dpu-taken"));
}

// --- Being told --------------------------------------------------------------------------------------------------------------

function listen(address) {
  const stream = new EventSource(address);
  let opened = false;
  stream.onopen = () => {
    // Something may have happened between the page and the stream, or while it was broken.
    look();
    opened = true;
  };
  for (const name of ["job", "status", "many", "changed"]) {
    stream.addEventListener(name, look);
  }

  stream.onerror = () => {
    if (stream.readyState === EventSource.CLOSED) {
      // Refused, or there is no more to come: the page itself tells which.
      look();
      if (!opened) {
        setTimeout(() => listen(address), 5000);
      }
    } else {
      lost();
    }
  };
}

// --- Another DPU ---------------------------------------------------------------------------------------------------------------

// What is filled in goes along, whether it was sent yet or not; but neither code, which is only here, nor settings, which have no place in an address.
const notForElsewhere = new Set(["code", "code-drop", "settings", "step", "key"]);
const addressMax = 6000;

function takeAlong(link, form) {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === "string" && !notForElsewhere.has(name)) {
      query.set(name, value);
      if (value === "" && !name.startsWith("o.")) {
        query.delete(name);
      }
    }
  }

  if (query.toString().length > addressMax) {
    query.delete("loop.values");
  }

  link.href = new URL(`${form.getAttribute("action")}?${query}`, link.href).href;
}

for (const link of document.querySelectorAll("a[data-elsewhere]")) {
  link.addEventListener("click", () => {
    const form = document.getElementById("submit-form");
    if (form) {
      takeAlong(link, form);
    }
  });
}

// --- The page ----------------------------------------------------------------------------------------------------------------

function offerThemes() {
  const button = document.querySelector("[data-theme-switch]");
  button.hidden = false;
  button.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    localStorage.setItem("dpu-theme", root.dataset.theme);
  });
}

localise(document);
tick(document);
offerThemes();
document.querySelector("[data-zone]").textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
setInterval(() => document.hidden || tick(document), 1000);
document.addEventListener("visibilitychange", () => document.hidden || look());

const { events, poll } = document.body.dataset;
if (events) {
  listen(events);
} else if (poll) {
  setInterval(look, 1000 * Number(poll));
}
