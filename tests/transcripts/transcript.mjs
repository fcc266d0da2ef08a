// Transcripts: commands with what they print, as a person would see it. In a .txt file every
// line counts; in Markdown, blocks fenced as ```console PERSON, and stage directions
// <!-- run PERSON: COMMAND --> that the reader does not see (=> LINE: and what it prints).
//
//   ana$ amparo accept heron-river-48/1
//   accepted heron-river-48/1
//   [exit 3]            the exit code, when it is not 0
//
// What a person types stands where it is typed: after a question that ends in "[y/N] ",
// ": " or "stop: ", or on lines of its own that start with "> ", of which the last is
// followed by an empty line.

const kQuestion = /^.*(\[y\/N\]|name:|address:|telephone:|stop:) (.+)$/;
// Typed without an echo, so what is shown ends with the colon.
const kHidden = /^((?:new )?passphrase of ).*: (.+)$/;

// Returns [{person, command, expected: [line], code, answers, where, quiet}].
export function parseTranscript(text, name) {
  return name.endsWith('.md') ? parseMarkdown(text, name) : parseLines(text.split('\n'), null, name, 1);
}

function parseMarkdown(text, name) {
  const steps = [];
  const lines = text.split('\n');
  for (let i = 0; i < lines.length; ++i) {
    const direction = /^<!-- run (\w+): (.*?)(?: => (.*))? -->$/.exec(lines[i]);
    if (direction) {
      const [, who, command, printed] = direction;
      const step = emptyStep(who, command, `${name}:${i + 1}`);
      steps.push(printed ? { ...step, expected: [printed] } : { ...step, quiet: true });
    }
    const fence = /^```console (\w+)$/.exec(lines[i]);
    if (!fence) continue;
    const end = lines.indexOf('```', i);
    steps.push(...parseLines(lines.slice(i + 1, end), fence[1], name, i + 2));
    i = end;
  }
  return steps;
}

const emptyStep = (person, command, where) => ({
  person, command, where, expected: [], answers: [], code: 0, quiet: false,
});

function parseLines(lines, person, name, first) {
  const steps = [];
  let step = null;
  lines.forEach((line, i) => {
    const prompt = /^(\w+)?\$ (.*)$/.exec(line);
    if (prompt) {
      step = emptyStep(prompt[1] ?? person, prompt[2], `${name}:${first + i}`);
      steps.push(step);
    } else if (!step || line.startsWith('# ')) {
      return;
    } else if (/^\[exit \d+\]$/.test(line)) {
      step.code = Number(line.slice(6, -1));
    } else if (line.startsWith('> ')) {
      addTyped(step, line.slice(2), lines[i + 1]?.startsWith('> ') ?? false);
    } else {
      addPrinted(step, line);
    }
  });
  for (const each of steps) {
    while (each.expected.at(-1) === '') each.expected.pop();
  }
  return steps;
}

// A typed line is echoed by the terminal; it is typed once the line before it was printed.
function addTyped(step, text, more) {
  const before = step.expected.at(-1) ?? '';
  step.answers.push({ prompt: `${before.slice(-24)}\n`, text: more ? text : `${text}\n` });
  step.expected.push(text);
  if (!more) step.expected.push('');
}

function addPrinted(step, line) {
  const hidden = kHidden.exec(line);
  if (hidden) {
    step.answers.push({ prompt: hidden[1], text: hidden[2] });
    step.expected.push(line.slice(0, -hidden[2].length));
    return;
  }
  const question = kQuestion.exec(line);
  if (question) step.answers.push({ prompt: `${question[1]} `, text: question[2] });
  step.expected.push(line);
}
