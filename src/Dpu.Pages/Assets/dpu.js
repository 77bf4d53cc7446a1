// Keeps a page as it is in the DPU. Everything is drawn by the server: this fetches the page again when something has changed, and takes over what is marked as live.
// Without it the pages work as well: they are read again every few seconds, and all that can be done is done by forms.
"use strict";

// --- Times -------------------------------------------------------------------------------------------------------------------

const two = number => String(number).padStart(2, "0");

// As astronomers write it, wherever they are.
function local(time) {
  return `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
}

function duration(milliseconds) {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s`
    : seconds < 3600 ? `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`
    : seconds < 86400 ? `${Math.floor(seconds / 3600)} h ${two(Math.floor(seconds / 60) % 60)} min`
    : `${Math.floor(seconds / 86400)} d ${two(Math.floor(seconds / 3600) % 24)} h`;
}

function localise(root) {
  for (const time of root.querySelectorAll("time[data-local]")) {
    const text = local(new Date(time.dateTime));
    time.textContent = time.dataset.local === "time" ? text.slice(11) : text;
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

// What happens after a quiet while is seen at once; while something happens all the time nobody reads faster, and fifty viewers must cost the DPU little.
const paceMin = 3000;
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

// A browser keeps a page that one leaves for the way back, with its streams. It has six connections to a host: after a few pages the next one would wait for those that nobody sees.
const streams = new Set();

function openStream(address) {
  const stream = new EventSource(address);
  streams.add(stream);
  return stream;
}

addEventListener("pagehide", () => streams.forEach(stream => stream.close()));
addEventListener("pageshow", event => event.persisted && location.reload());

function listen(address) {
  const stream = openStream(address);
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

// --- A log as it is written --------------------------------------------------------------------------------------------------

const logLinesMax = 2000;
const logPace = 200;

// What would not be seen, or would turn the rest of the line around, is shown as what it is.
const plain = text => text.replace(/[\u0000-\u0008\u000a-\u001f]/g, letter => String.fromCharCode(0x2400 + letter.charCodeAt(0)))
  .replace(/\u007f/g, "\u2421").replace(/[\u0080-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/g, "\ufffd");

const loudWord = /\b(?:(error|fatal|critical|panic|traceback|segmentation fault|exception)|warn|warning)\b/i;
const loudName = /\b[A-Za-z]+(?:Error|Exception)\b/;

// The same words as those by which the DPU searches.
function levelOf(text) {
  const head = text.slice(0, 400);
  const [word, name] = [loudWord.exec(head), loudName.exec(head)];
  return name && (!word || name.index < word.index) ? "error" : word ? (word[1] ? "error" : "warning") : "info";
}

function logLine(line, tasks) {
  const row = document.createElement("p");
  row.className = `${levelOf(line.text)} ${line.stream}`;
  const time = document.createElement("time");
  time.dateTime = line.time;
  time.title = line.time;
  time.textContent = local(new Date(line.time)).slice(11);
  row.append(time, " ");
  if (tasks) {
    const task = document.createElement("a");
    task.href = tasks + line.task;
    task.title = `attempt ${line.attempt}, ${line.source}`;
    task.textContent = line.task;
    row.append(task, " ");
  }

  const text = document.createElement("span");
  text.textContent = plain(line.text.length > 4000 ? line.text.slice(0, 4000) + "…" : line.text);
  row.append(text);
  return row;
}

function followLog(log) {
  const stay = document.getElementById("follow");
  const stream = openStream(log.dataset.follow);
  let waiting = [];
  let due = false;
  const bottom = () => {
    if (stay.checked) {
      log.scrollTop = log.scrollHeight;
    }
  };

  // Many lines at once are one change of the page; of very many only the last are shown.
  function show() {
    due = false;
    document.getElementById("nothing")?.remove();
    log.append(...waiting.slice(-logLinesMax).map(line => logLine(line, log.dataset.tasks)));
    waiting = [];
    while (log.childElementCount > logLinesMax) {
      log.firstElementChild.remove();
    }

    bottom();
  }

  stream.addEventListener("line", event => {
    waiting.push(JSON.parse(event.data));
    if (waiting.length > 2 * logLinesMax) {
      waiting = waiting.slice(-logLinesMax);
    }

    if (!due) {
      due = true;
      setTimeout(show, logPace);
    }
  });
  stream.addEventListener("end", () => stream.close());
  stream.onopen = regained;
  stream.onerror = () => stream.readyState === EventSource.CLOSED || lost();

  // Whoever scrolls up wants to read; whoever comes back to the end wants to see what comes.
  log.addEventListener("scroll", () => {
    stay.checked = log.scrollTop + log.clientHeight > log.scrollHeight - 40;
  });
  stay.addEventListener("change", bottom);
}

// --- Telling that jobs have ended --------------------------------------------------------------------------------------------

// One page of all that are open follows the queue and tells; when it is closed the next one does. Nobody is asked for permission before he presses the button.
const telling = "dpu-tell";

function tellEnds() {
  navigator.locks.request(telling, () => new Promise(released => {
    const stream = openStream("/api/v1/jobs/events");
    const open = new Set();
    stream.addEventListener("job", event => {
      const job = JSON.parse(event.data);
      if (job.ended === null) {
        open.add(job.jobId);
      } else if (open.delete(job.jobId) || Date.now() + clockOffset - Date.parse(job.ended) < 60000) {
        const note = new Notification(`Job ${job.jobId} ${job.status}`, { body: job.sequence, tag: `dpu-${job.jobId}-${job.ended}` });
        note.addEventListener("click", () => { window.focus(); location.assign(`/jobs/${job.jobId}`); });
      }
    });
    window.addEventListener("storage", change => {
      if (change.key === telling && change.newValue !== "on") {
        stream.close();
        released();
      }
    });
    document.addEventListener("dpu-tell-off", () => { stream.close(); released(); }, { once: true });
  }));
}

function offerToTell() {
  const button = document.querySelector("[data-tell-switch]");
  if (!button || !("Notification" in window) || !navigator.locks) {
    return;
  }

  const show = isOn => button.setAttribute("aria-pressed", String(isOn));
  const isOn = localStorage.getItem(telling) === "on" && Notification.permission === "granted";
  button.hidden = false;
  show(isOn);
  if (isOn) {
    tellEnds();
  }

  button.addEventListener("click", async () => {
    const turnsOn = button.getAttribute("aria-pressed") !== "true";
    if (turnsOn && await Notification.requestPermission() !== "granted") {
      button.title = "The browser does not allow it: its settings for this page do.";
      return;
    }

    localStorage.setItem(telling, turnsOn ? "on" : "off");
    show(turnsOn);
    turnsOn ? tellEnds() : document.dispatchEvent(new Event("dpu-tell-off"));
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
offerToTell();
document.querySelector("[data-zone]").textContent = Intl.DateTimeFormat().resolvedOptions().timeZone;
setInterval(() => document.hidden || tick(document), 1000);
document.addEventListener("visibilitychange", () => document.hidden || look());

const { events, poll } = document.body.dataset;
if (events) {
  listen(events);
}

// What only time changes no event tells.
if (poll) {
  setInterval(look, 1000 * Number(poll));
}

const log = document.getElementById("log");
if (log) {
  log.scrollTop = log.scrollHeight;
  if (log.dataset.follow) {
    followLog(log);
  }
}
