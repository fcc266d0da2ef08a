// What was found: a table for the terminal, a chart, and the page docs/performance.md, whose
// measured part stands between two marks.
//
// results: { quick, groups: { NAME: what GroupRun found, with begun, minutes, rounds, load,
// machine and versions } }.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { kRows } from './goals.mjs';

const kMark = '<!-- measured: written by ./dev bench --publish -->';
const kMarkEnd = '<!-- end of what was measured -->';

function short(value) {
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.1) return value.toPrecision(2);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

function spell({ min, median, max }) {
  return min === max ? short(median) : `${short(median)} (${short(min)} to ${short(max)})`;
}

function boundsOf(row) {
  const unit = row.unit ? ` ${row.unit}` : ' x';
  return { goal: `${row.goal}${unit}`, floor: `${row.floor}${unit}` };
}

function groupsOf(results) {
  return Object.values(results.groups);
}

// In the order of goals.mjs, whatever was measured of it.
function measuredRows(results) {
  const found = new Map(groupsOf(results).flatMap(({ rows }) => rows).map((one) => [one.id, one]));
  return kRows.filter(({ id }) => found.has(id)).map((row) => ({ row, found: found.get(row.id) }));
}

function noteOf(results, id) {
  return groupsOf(results).map(({ notes }) => notes[id]).find((note) => note !== undefined);
}

export function printTable(results) {
  const head = ['min', 'median', 'max'].map((word) => word.padStart(8)).join('')
    + ['goal', 'floor'].map((word) => word.padStart(10)).join('');
  console.log(`\n${'work'.padEnd(62)}${'against'.padEnd(40)}${head}`);
  for (const { row, found } of measuredRows(results)) {
    const { goal, floor } = boundsOf(row);
    const values = found.verdict === 'failed' ? ['-', '-', '-']
      : [found.min, found.median, found.max].map(short);
    console.log(row.work.padEnd(62) + (row.peer ?? 'a limit').padEnd(40)
      + values.map((value) => value.padStart(8)).join('')
      + goal.padStart(10) + floor.padStart(10)
      + `  ${found.verdict}${found.why ? `: ${found.why}` : ''}`);
  }
  console.log('\nas work grows:');
  for (const { what, unit, few, many } of groupsOf(results).flatMap(({ growth }) => growth)) {
    console.log(`  ${what}: ${spell(few)} ${unit}, then ${spell(many)} ${unit}`);
  }
  console.log('\nbeside them:');
  for (const fact of groupsOf(results).flatMap(({ facts }) => facts)) {
    console.log(`  ${fact.what}: ${spell(fact)} ${fact.unit}`);
  }
  const failures = groupsOf(results).flatMap((group) => group.failures);
  if (failures.length > 0) console.log(`\nfailed:\n  ${failures.join('\n  ')}`);
  if (results.quick) console.log('\nquick: small and short; these numbers say nothing');
}

// ---- the chart --------------------------------------------------------------------------------

const kWidth = 1000;
const kRowHeight = 34;
const kTop = 64;
const kLeft = 400;
const kRight = kWidth - 110;
const kLow = 0.25; // Of the goal, at the left edge; the scale is logarithmic.
const kHigh = 4;

const kColours = { met: '#1a7f37', floor: '#9a6700', missed: '#cf222e', failed: '#cf222e' };

function escape(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function xOf(fraction) {
  const clamped = Math.min(kHigh, Math.max(kLow, fraction));
  return kLeft + ((kRight - kLeft) * Math.log(clamped / kLow)) / Math.log(kHigh / kLow);
}

// How much of the goal: 1 is the goal, more is better, whichever way the value goes.
function fractionOf(row, value) {
  return row.better === 'more' ? value / row.goal : row.goal / value;
}

function drawRow(row, found, y) {
  const { goal } = boundsOf(row);
  const peer = row.peer ? `against ${row.peer}` : 'a limit';
  const words = `
<text x="12" y="${y - 2}" class="work">${escape(row.work)}</text>
<text x="12" y="${y + 11}" class="peer">${escape(`${peer}; goal ${goal}`)}</text>`;
  if (found.verdict === 'failed') {
    return `${words}
<text x="${kRight + 14}" y="${y + 4}" fill="${kColours.failed}" class="work">failed</text>`;
  }
  const colour = kColours[found.verdict];
  const [a, b] = [xOf(fractionOf(row, found.min)), xOf(fractionOf(row, found.max))];
  const middle = xOf(fractionOf(row, found.median));
  const floor = xOf(fractionOf(row, row.floor));
  const value = `${short(found.median)}${row.unit ? ` ${row.unit}` : ' x'}`;
  return `${words}
<line x1="${floor}" y1="${y - 9}" x2="${floor}" y2="${y + 9}" class="floor"/>
<line x1="${Math.min(a, b)}" x2="${Math.max(a, b)}" y1="${y}" y2="${y}" stroke="${colour}"
 stroke-width="4"/>
<circle cx="${middle}" cy="${y}" r="5" fill="${colour}"/>
<text x="${kRight + 14}" y="${y + 4}" fill="${colour}" class="work">${escape(value)}</text>`;
}

export function drawChart(results) {
  const rows = measuredRows(results);
  const height = kTop + rows.length * kRowHeight + 44;
  const bottom = height - 36;
  const ticks = [0.25, 0.5, 1, 2, 4].map((fraction) => {
    const x = xOf(fraction);
    const [style, name] = fraction === 1 ? ['goal', 'goal'] : ['grid', `${fraction} x`];
    return `
<line x1="${x}" y1="${kTop - 18}" x2="${x}" y2="${bottom}" class="${style}"/>
<text x="${x}" y="${kTop - 24}" class="tick">${name}</text>`;
  });
  const days = [...new Set(groupsOf(results).map(({ begun }) => begun.slice(0, 10)))].sort();
  const rounds = [...new Set(groupsOf(results).map((group) => group.rounds))].sort();
  const caption = 'dot: median, line: lowest to highest round, dashes: floor. '
    + `${machinesOf(results).join('; ')}; ${days.join(', ')}; rounds: ${rounds.join(', ')}`
    + (results.quick ? ', QUICK: says nothing' : '');
  const title = 'How much of each goal is reached: to the right is better';
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${kWidth} ${height}"
 font-family="sans-serif">
<style>
.work { font-size: 13px } .peer { font-size: 10.5px; fill: #57606a }
.tick { font-size: 11px; text-anchor: middle }
.grid { stroke: #d0d7de } .goal { stroke: #24292f; stroke-width: 1.5 }
.floor { stroke: #57606a; stroke-width: 2; stroke-dasharray: 3 2 }
</style>
<rect width="${kWidth}" height="${height}" fill="white"/>
<text x="12" y="22" font-size="16">${title}</text>${ticks.join('')}
${rows.map(({ row, found }, i) => drawRow(row, found, kTop + 8 + i * kRowHeight)).join('')}
<text x="12" y="${height - 14}" class="peer">${escape(caption)}</text>
</svg>
`;
}

// ---- the page ---------------------------------------------------------------------------------

const kVerdicts = {
  met: 'met', floor: '**goal missed**, floor met', missed: '**missed**', failed: '**failed**',
};

function machinesOf(results) {
  return [...new Set(groupsOf(results).map(({ machine }) => `${machine.processor}, `
    + `${machine.cores} cores, ${machine.memory_gib} GiB, ${machine.system}, `
    + `kernel ${machine.kernel}, ${machine.filesystem}`))];
}

function peersOf(results) {
  return [...new Set(groupsOf(results).flatMap(({ versions }) =>
    Object.entries(versions).map(([name, version]) => `${name} ${version}`)))];
}

// For a cell of a table.
function cell(text) {
  return text.replaceAll('|', '\\|');
}

function tableOfRows(results) {
  const lines = ['| work | against | ratio or value: median (lowest to highest) | goal | floor | |',
    '|---|---|---|---|---|---|'];
  for (const { row, found } of measuredRows(results)) {
    const { goal, floor } = boundsOf(row);
    const note = noteOf(results, row.id);
    const failed = found.verdict === 'failed';
    const value = failed ? cell(found.why) : `${spell(found)} ${row.unit ?? 'x'}`;
    lines.push(`| ${row.work}${note ? ` (${note})` : ''} | ${cell(row.peer ?? 'a limit')} `
      + `| ${value} | ${goal} | ${floor} | ${kVerdicts[found.verdict]} |`);
  }
  for (const row of kRows) {
    if (measuredRows(results).some(({ found }) => found.id === row.id)) continue;
    const { goal, floor } = boundsOf(row);
    lines.push(`| ${row.work} | ${cell(row.peer ?? 'a limit')} | not measured | ${goal} | ${floor} `
      + '| **not measured** |');
  }
  return lines;
}

function tableOfSides(results) {
  const lines = ['| row | amparo | its peer |', '|---|---|---|'];
  for (const { row, found } of measuredRows(results)) {
    if (!found.ours) continue;
    const side = (spread) => `${spell(spread)} ${found.unit}`;
    lines.push(`| ${row.id} | ${side(found.ours)} | ${side(found.theirs)} |`);
  }
  return lines;
}

function tableOfGrowth(results) {
  const lines = ['| what | few | many | many over few |', '|---|---|---|---|'];
  for (const { what, unit, few, many } of groupsOf(results).flatMap(({ growth }) => growth)) {
    lines.push(`| ${what} | ${spell(few)} ${unit} | ${spell(many)} ${unit} `
      + `| ${short(many.median / few.median)} x |`);
  }
  return lines;
}

function tableOfGroups(results) {
  const lines = ['| group | begun (UTC) | minutes | rounds | load before and after |',
    '|---|---|---|---|---|'];
  for (const [name, { begun, minutes, rounds, load }] of Object.entries(results.groups)) {
    lines.push(`| ${name} | ${begun.slice(0, 16).replace('T', ' ')} | ${minutes.toFixed(1)} `
      + `| ${rounds} | ${load.map((one) => one.toFixed(1)).join(' and ')} |`);
  }
  return lines;
}

function measuredPart(results) {
  const failures = groupsOf(results).flatMap((group) => group.failures);
  return [
    `Machine: ${machinesOf(results).join('; ')}.`,
    `Peers: ${peersOf(results).join(', ')}.`,
    '',
    ...tableOfGroups(results),
    '',
    '![how much of each goal is reached](performance.svg)',
    '',
    ...tableOfRows(results),
    '',
    ...(failures.length > 0 ? ['Failed:', '', ...failures.map((line) => `- ${line}`), ''] : []),
    '### Both sides, where there are two',
    '',
    ...tableOfSides(results),
    '',
    '### Cost as work grows',
    '',
    ...tableOfGrowth(results),
    '',
    '### Beside them',
    '',
    '| what | median (lowest to highest) |',
    '|---|---|',
    ...groupsOf(results).flatMap(({ facts }) => facts).map(
      (fact) => `| ${cell(fact.what)} | ${spell(fact)} ${fact.unit} |`),
  ];
}

// Groups that were measured now take the place of those published before; the others stay.
export function publish(results, folder) {
  const file = join(folder, 'performance.json');
  const before = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : { groups: {} };
  const all = { quick: false, groups: { ...before.groups, ...results.groups } };
  const page = join(folder, 'performance.md');
  const text = readFileSync(page, 'utf8');
  const [start, end] = [text.indexOf(kMark), text.indexOf(kMarkEnd)];
  if (start < 0 || end < start) throw new Error(`${page} has no marks`);
  writeFileSync(file, `${JSON.stringify(all, null, 1)}\n`);
  const upToMark = text.slice(0, start + kMark.length);
  writeFileSync(page, `${upToMark}\n${measuredPart(all).join('\n')}\n${text.slice(end)}`);
  writeFileSync(join(folder, 'performance.svg'), drawChart(all));
}
