// Draws what happened so far, once a second. Everything is drawn as SVG; numbers stand beside it as text.
const [width, height, left, bottom, top] = [560, 190, 34, 20, 10];
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const number = new Intl.NumberFormat('en');
const SVG = 'http://www.w3.org/2000/svg';

function element(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

// Lines over the week: [{ kind, name, values }], one value a point.
function chart(told, title, lines, least) {
  const greatest = Math.max(least, ...lines.flatMap((line) => line.values));
  const x = (minute) => left + (minute / 10080) * (width - left - 4);
  const y = (value) => height - bottom - (value / greatest) * (height - bottom - top);
  const svg = element('svg', { viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': title });
  for (const part of [0, 0.5, 1]) {
    svg.append(element('path', { class: 'grid', d: `M${left} ${y(greatest * part)}H${width - 4}` }),
      element('text', { x: left - 5, y: y(greatest * part) + 4, 'text-anchor': 'end' }, number.format(Math.round(greatest * part))));
  }
  days.forEach((day, at) => svg.append(element('text', { x: x((at + 0.5) * 1440), y: height - 5, 'text-anchor': 'middle' }, day)));
  for (const [minute, name] of told.events) {
    const mark = element('path', { class: 'event', d: `M${x(minute)} ${top}V${height - bottom}` });
    mark.append(element('title', {}, name));
    svg.append(mark);
  }
  for (const { kind, values } of lines) {
    const points = values.map((value, at) => `${x((at + 0.5) * told.point_minutes).toFixed(1)} ${y(value).toFixed(1)}`);
    if (points.length > 0) svg.append(element('path', { class: `line ${kind}`, d: `M${points.join('L')}` }));
  }
  const key = document.createElement('ul');
  key.className = 'key';
  for (const { kind, name } of lines) {
    const entry = document.createElement('li');
    entry.append(element('svg', { viewBox: '0 0 20 8', 'aria-hidden': 'true' }, element('path', { class: `line ${kind}`, d: 'M0 4H20' })), name);
    key.append(entry);
  }
  return [svg, key];
}

// Where nobody got an answer, everybody waited as long as viewers do.
const waited = ({ requests, away, failed, p99_ms }) => (requests > 0 && away + failed >= requests ? 2000 : p99_ms);

function figures(told, group) {
  const last = told.points.at(-1)?.groups[group];
  const all = told.summaries[group];
  const lost = all.failed + all.away;
  return [
    ['Instances now', last?.serving ?? 0], ['Fewest to most', `${all.least} to ${all.most}`],
    ['Requests', number.format(all.requests)], ['Without an answer', number.format(lost), lost > 0],
    ['p99', `${Math.round(all.p99_ms)} ms`], ['Instance-hours', number.format(Math.round(all.hours))],
  ];
}

function draw(told) {
  const at = Math.min(told.minute, 10079);
  const clock = `${String(Math.floor(at / 60) % 24).padStart(2, '0')}:${String(Math.floor(at) % 60).padStart(2, '0')}`;
  document.querySelector('#where').textContent = told.over
    ? `The week of ${told.week} is over.` : `${days[Math.floor(at / 1440)]} ${clock}, in the week of ${told.week}`;
  document.querySelector('#progress').value = told.minute;
  document.querySelector('#rule').textContent = `Real requests to real processes on this machine. Each instance takes ${told.rate} connections a second and `
    + `no more, so that a week's swing fits on one machine; the greatest load is ${told.peak} instances' worth. Without the fleet there are ${told.always}, the week's mean.`;
  for (const list of document.querySelectorAll('.now')) {
    list.replaceChildren(...figures(told, Number(list.dataset.group)).map(([name, value, bad]) => {
      const [pair, term, detail] = ['div', 'dt', 'dd'].map((tag) => document.createElement(tag));
      term.textContent = name;
      detail.textContent = value;
      if (bad) detail.className = 'bad';
      pair.append(term, detail);
      return pair;
    }));
  }
  const of = (pick) => told.points.map(pick);
  const load = { kind: 'load', name: 'Load, in instances’ worth', values: of((point) => point.load) };
  for (const place of document.querySelectorAll('.chart')) {
    const group = Number(place.dataset.group);
    const serving = { kind: 'serving', name: 'Instances that serve', values: of((point) => point.groups[group]?.serving ?? 0) };
    if (place.dataset.chart === 'p99') {
      place.replaceChildren(...chart(told, 'Slowest hundredth of the answers', [0, 1].map((n) => ({
        kind: ['floor', 'bad-line'][n], name: ['With the fleet, ms', 'Without it, ms'][n], values: of((point) => waited(point.groups[n])) })), 100));
    } else if (place.dataset.chart === 'failed') {
      place.replaceChildren(...chart(told, 'Requests without an answer', [0, 1].map((n) => ({
        kind: ['floor', 'bad-line'][n], name: ['With the fleet: no answer, in ten minutes', 'Without it'][n],
        values: of((point) => point.groups[n].failed + point.groups[n].away) })), 10));
    } else if (group === 0) {
      const floor = { kind: 'floor', name: 'Floor of the plan', values: of((point) => point.groups[0].wanted) };
      const forecast = { kind: 'forecast', name: 'Forecast, half an hour ahead', values: of((point) => point.forecast) };
      place.replaceChildren(...chart(told, 'Load, forecast, floor and instances with the fleet', [serving, floor, forecast, load], told.peak));
    } else {
      place.replaceChildren(...chart(told, 'Load and instances without the fleet', [serving, load], told.peak));
    }
  }
  document.querySelector('#words').replaceChildren(...told.plan.map((words) => {
    const item = document.createElement('li');
    item.textContent = words;
    return item;
  }));
}

async function look() {
  try {
    const told = await (await fetch('/week.json')).json();
    draw(told);
    if (told.over) return;
  } catch {
    document.querySelector('#where').textContent = 'The demo has ended: run `make demo-week` again to see another one.';
  }
  setTimeout(look, 1000);
}
look();
