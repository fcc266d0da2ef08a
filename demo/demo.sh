#!/usr/bin/env bash
# One case from the border to the attorney, through real processes. `./dev demo` builds the
# programs and calls this with the build folder.
#
# Every command and all it printed goes to a log; the terminal gets the story.
set -euo pipefail

build=$(cd "$1" && pwd)
shift
keep=no
[ "${1:-}" != --keep ] || keep=yes
here=$(cd "$(dirname "$0")/.." && pwd)
corpus=$here/tests/corpus
amparod=$build/server/amparod
amparo=$build/client/cli/amparo
find_words=$build/demo/find_words

work=$(mktemp -d "${TMPDIR:-/tmp}/amparo-demo.XXXXXX")
chmod 700 "$work"
log=$build/demo.log
: >"$log"
server_pid=
homes=$work/homes
mkdir "$homes" "$work/papers" "$work/desk"

say() { printf '%s\n' "$*"; printf '\n## %s\n' "$*" >>"$log"; }
fail() {
  printf 'demo: FAILED: %s\n' "$*" >&2
  tail -n 12 "$log" >&2
  printf 'demo: the whole log is %s\n' "$log" >&2
  exit 1
}
# Ends what was started, and the working folder with it, unless it is to be kept.
clean_up() {
  local code=$?
  if [ "$keep" = yes ] && [ $code -eq 0 ]; then return; fi
  for home in "$homes"/*; do
    [ ! -e "$home/keys.sock" ] || "$amparo" lock --home "$home" >>"$log" 2>&1 || true
  done
  if [ -n "$server_pid" ]; then
    kill "$server_pid" 2>/dev/null || true
    wait "$server_pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap clean_up EXIT
trap 'fail "line $LINENO of the demo"' ERR

# as PERSON VERB...: runs amparo in that person's home, its output to the log and to $out.
out=$work/out
as() {
  local who=$1
  shift
  printf '\n%s$ amparo %s\n' "$who" "$*" >>"$log"
  if ! "$amparo" --home "$homes/$who" --yes --passphrase-file "$work/papers/$who.pass" "$@" \
    >"$out" 2>"$out.err" </dev/null; then
    cat "$out" "$out.err" >>"$log"
    return 1
  fi
  cat "$out.err" "$out" >>"$log"
}
must() { as "$@" || fail "$1 could not: amparo ${*:2}"; }
# The last word of the newest answer that looks like a code.
code() { grep -oE '[a-z]+(-[a-z]+)?-[0-9]+(/[0-9]+)?' "$out" | head -n 1; }
new_person() { head -c 18 /dev/urandom | base64 >"$work/papers/$1.pass"; }
name_of() { printf '%s\n' "$2" >"$work/papers/$1.name"; }
sha() { sha256sum "$1" | cut -d ' ' -f 1; }

say "1  A server starts on loopback, with RocksDB in a temporary folder."
{
  "$amparod" init --data "$work/server" --listen 127.0.0.1:0 >>"$log" 2>&1
} || fail "amparod init"
"$amparod" serve --data "$work/server" --listen 127.0.0.1:0 --ready-file "$work/ready" \
  >"$work/server.out" 2>"$work/server.log" </dev/null &
server_pid=$!
for _ in $(seq 100); do
  [ ! -s "$work/ready" ] || break
  kill -0 "$server_pid" 2>/dev/null || fail "amparod did not start: $(cat "$work/server.log")"
  sleep 0.1
done
address=$(head -n 1 "$work/ready")
[ -n "$address" ] || fail "amparod told no address"
"$amparod" token --data "$work/server" --address "$address" -o "$work/papers/org.token" \
  >>"$log" 2>&1 || fail "amparod token"

say "2  Three root keys, threshold two; a recovery key; two registrars found an organisation."
for who in root1 root2 root3 keeper rosa pablo; do new_person "$who"; done
for n in 1 2 3; do must "root$n" root new -o "$work/papers/root$n.pub"; done
must keeper recovery new -o "$work/papers/recovery.pub"
name_of rosa "Rosa Quispe"
name_of pablo "Pablo Ixcoy"
for who in rosa pablo; do
  must "$who" org prepare --name-file "$work/papers/$who.name" -o "$work/papers/$who.registrar"
done
must rosa org draft --token "$work/papers/org.token" --root "$work"/papers/root{1,2,3}.pub \
  --recovery "$work/papers/recovery.pub" --registrar "$work"/papers/{rosa,pablo}.registrar \
  -o "$work/papers/policy.draft"
for n in 1 3; do
  must "root$n" root sign "$work/papers/policy.draft" -o "$work/papers/root$n.sig"
done
must rosa org found --token "$work/papers/org.token" --draft "$work/papers/policy.draft" \
  --signature "$work"/papers/root{1,3}.sig
must rosa unlock --for 1h
must rosa org card -o "$work/papers/org.card"
must pablo org join "$work/papers/org.card"
must pablo unlock --for 1h
must rosa org challenge -o "$work/papers/challenge"
must keeper recovery test "$work/papers/challenge" -o "$work/papers/answer"
must rosa org confirm "$work/papers/challenge" "$work/papers/answer"

say "3  They enrol a fellow (a device that can only submit), two coordinators, two translators,"
say "   a reviewer and an attorney, each in a home of their own."
declare -A person_code
enrol() { # home, name, invite options...
  local who=$1
  new_person "$who"
  name_of "$who" "$2"
  must rosa invite --name-file "$work/papers/$who.name" -o "$work/papers/$who.invitation" "${@:3}"
  must "$who" join "$work/papers/$who.invitation"
  person_code[$who]=$(code)
  must rosa org admit "${person_code[$who]}"
  case " $* " in *" coordinator "* | *" attorney "*) must pablo org endorse "${person_code[$who]}" ;; esac
  must "$who" unlock --for 1h
  must "$who" sync # Somebody besides who admits and who is admitted has to confirm the log.
}
enrol marisol "Marisol Vega" --role fellow --submit-only
enrol ines "Ines Caal" --role coordinator
enrol tomas "Tomas Pereira" --role coordinator
enrol jean "Jean Baptiste Toussaint" --role translator --language ht
enrol ana "Ana Pierre-Louis" --role translator --language ht --language es --language pt
enrol bea "Beatriz Moreau" --role reviewer --language ht --language es --language pt
enrol lucia "Lucia Ferreira" --role attorney

say "4  Ines opens a case and shares it with the attorney and the fellow."
printf 'Family Desrosiers, asylum claim\nHearing in December.\n' >"$work/papers/case"
must ines case new --desk 1 --about-file "$work/papers/case"
case=$(code)
must ines case share "$case" --with "${person_code[lucia]}"
must ines case share "$case" --with "${person_code[marisol]}"

say "5  Marisol, at the border, submits five phone photos as one document, a PDF and a DOCX."
must marisol submit "$corpus"/photos/*.jpeg --case "$case" --from ht --due 2027-03-05 \
  --warning violence
photos=$(code)
grep -E '^ +[0-9]+\. ' "$out.err" | cut -c 1-72
must marisol submit "$corpus/es-declaracion.pdf" --case "$case" --from es
pdf=$(code)
must marisol submit "$corpus/pt-declaracao.docx" --case "$case" --from pt
docx=$(code)
grep 'still readable' "$out.err" | sed 's/^/   /'

say "6  Ines assigns $photos to Jean, who declines; then all three to Ana."
must ines assign "$photos" --translator "${person_code[jean]}" --reviewer "${person_code[bea]}"
printf 'No time before the hearing.\n' >"$work/papers/reason"
must jean decline "$photos" --text-file "$work/papers/reason"
must ines assign "$photos" "$pdf" "$docx" --translator "${person_code[ana]}" \
  --reviewer "${person_code[bea]}" --due 2027-03-05
for doc in "$photos" "$pdf" "$docx"; do must ana accept "$doc"; done
must ana open "$photos" --source -o "$work/desk/ana-photos"

say "7  Ana asks about an illegible line, Ines answers, Ana hands in with her certificate."
printf 'Page 3, line 4: is the name Desrosiers or Desrosier?\n' >"$work/papers/question"
must ana ask "$photos" --text-file "$work/papers/question"
printf 'Desrosiers, as on the birth certificate.\n' >"$work/papers/answer.txt"
must ines answer "$photos" --text-file "$work/papers/answer.txt"
must ana status "$photos"
grep -E ' (asks|answers): ' "$out" | sed 's/^ *[0-9-]* [0-9:]* UTC */   /' | cut -c 1-78
printf 'name: Ana Pierre-Louis\naddress: 12 Harbor Street, Brownsville, TX\ntelephone: +1 956 555 0142\n' \
  >"$work/papers/ana.details"
head -n 40 "$corpus/en.txt" >"$work/desk/draft.txt"
{ printf 'English translation of the Portuguese document.\n\n'; cat "$corpus/en.txt"; } \
  >"$work/desk/english-of-portuguese.txt"
must ana hand-in "$photos" "$work/desk/draft.txt" --details "$work/papers/ana.details"
must ana hand-in "$pdf" "$corpus/en.txt" --details "$work/papers/ana.details"
must ana hand-in "$docx" "$work/desk/english-of-portuguese.txt" \
  --details "$work/papers/ana.details"

say "8  Beatriz may not approve what she has not opened; she returns the first version and"
say "   approves the second."
! as bea review "$photos" --approve || fail "an approval without reading went through"
grep -q NOT_OPENED_HERE "$out.err" || fail "the refusal has no name"
must bea open "$photos" --source -o "$work/desk/bea-source"
must bea open "$photos" --translation -o "$work/desk/bea-v1"
printf 'The last two pages are missing.\n' >"$work/papers/return"
must bea review "$photos" --return --text-file "$work/papers/return"
must ana hand-in "$photos" "$corpus/en-translation.pdf" --details "$work/papers/ana.details"
must bea open "$photos" --translation -o "$work/desk/bea-v2"
must bea review "$photos" --approve
for doc in "$pdf" "$docx"; do
  must bea open "$doc" --source -o "$work/desk/bea-source-${doc##*/}"
  must bea open "$doc" --translation -o "$work/desk/bea-translation-${doc##*/}"
  must bea review "$doc" --approve
done

say "9  Lucia, the attorney, receives source, translation and certificate of each."
for doc in "$photos" "$pdf" "$docx"; do
  must lucia receive "$doc" -o "$work/desk/lucia-${doc##*/}"
done
must lucia history "$photos"
sed -E 's/^[0-9-]+ [0-9:]+ UTC  #/   entry /' "$out" | cut -c 1-78

# What she holds against what was sent and handed in, by SHA-256 alone.
held=$(find "$work/desk"/lucia-* -type f -exec sha256sum {} + | cut -d ' ' -f 1 | sort)
compare() {
  grep -qx "$(sha "$1")" <<<"$held" || fail "the attorney does not hold ${1##*/} as it was sent"
}
compared=0
for file in "$corpus"/photos/*.jpeg "$corpus"/es-declaracion.pdf "$corpus"/pt-declaracao.docx \
  "$corpus"/en-translation.pdf "$corpus"/en.txt "$work"/desk/english-of-portuguese.txt; do
  compare "$file"
  compared=$((compared + 1))
done
certificates=$(grep -rl 'competent to translate' "$work/desk"/lucia-* | wc -l)
[ "$certificates" -eq 3 ] || fail "the attorney holds $certificates certificates, not 3"
say "10 SHA-256 of $compared files equals what was sent; $certificates certificates are there."

must lucia export "$docx" -o "$work/desk/export" --with-identity
source_age=$(find "$work/desk/export" -name '*.age' -path '*docx*' | head -n 1)
[ -n "$source_age" ] || fail "the export has no DOCX"
size=$(stat -c %s "$corpus/pt-declaracao.docx")
# age asks for the passphrase on a terminal; `script` is one.
script -qec "age -d -o '$work/desk/lucia.key' '$work/desk/export/identity.age'" /dev/null \
  <"$work/papers/lucia.pass" >>"$log" 2>&1 || fail "stock age did not open the identity"
age -d -i "$work/desk/lucia.key" -o "$work/desk/opened.padded" "$source_age" >>"$log" 2>&1 ||
  fail "stock age did not open the exported DOCX"
head -c "$size" "$work/desk/opened.padded" >"$work/desk/opened.docx"
cmp "$work/desk/opened.docx" "$corpus/pt-declaracao.docx" >>"$log" || fail "age opened another file"
say "11 Stock age $(age --version) opens the exported DOCX with the exported identity: identical."

{
  printf '%s\n' 'Rosa Quispe' 'Pablo Ixcoy' 'Marisol Vega' 'Ines Caal' 'Tomas Pereira' \
    'Jean Baptiste Toussaint' 'Ana Pierre-Louis' 'Beatriz Moreau' 'Lucia Ferreira' \
    'Desrosiers' 'Harbor Street' '956 555 0142' 'WhatsApp Image' 'es-declaracion' \
    'pt-declaracao' 'en-translation' 'last two pages are missing' 'No time before' \
    'competent to translate' 'universal de derechos' 'Universal Declaration' 'Declaração'
  sed -n '1p;5p;9p' "$corpus/en.txt" "$corpus/es.txt" | cut -c 1-60
  strings -n 24 "$corpus/es-declaracion.pdf" 2>/dev/null | sed -n '20,22p' || true
} >"$work/papers/words"
searcher=("$find_words")
[ "$(id -u)" -eq 0 ] || searcher=(sudo "$find_words")
printf 'amparo/statement/v1\n' >"$work/papers/control"
if "${searcher[@]}" "$work/papers/control" "$work/server" --pid "$server_pid" >>"$log" 2>&1; then
  fail "the search does not find what is there, so it proves nothing"
fi
"${searcher[@]}" "$work/papers/words" "$work/server" "$work/server.out" "$work/server.log" \
  --pid "$server_pid" >"$out" 2>&1 || { cat "$out" >>"$log"; fail "the server knows: $(head -n 3 "$out")"; }
cat "$out" >>"$log"
say "12 The server's files, log and memory, $(sed -n 's/^searched \([^:]*\): 0 hits/\1/p' "$out"): no hit."

if [ "$keep" = yes ]; then
  say ""
  say "The server goes on at $address (process $server_pid). Go on as any of them:"
  for who in marisol ines tomas jean ana bea lucia rosa pablo; do
    say "  $amparo --home $homes/$who --passphrase-file $work/papers/$who.pass inbox"
  done
  say "When you are done: kill $server_pid; rm -r $work"
else
  say "The whole log: $log"
fi
say "demo: what the attorney holds is what the fellow sent"
