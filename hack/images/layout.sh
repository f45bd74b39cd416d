#!/bin/sh
# Lays out under $1 what each image gets of the project, the same bytes for the same sources: modes do not depend on
# the umask of whoever checked them out, and times are those of nobody.
set -eu
out=$1

place() {
  mkdir -p "$out/$1/$(dirname "$2")"
  cp "$2" "$out/$1/$2"
}

for file in package.json LICENSE dist/main.js dist/main.js.LEGAL.txt crds/*.yaml; do
  place controller "$file"
done
for file in package.json LICENSE dist/load-tester/main.js; do
  place load-tester "$file"
done
find "$out" -type d -exec chmod 755 {} +
find "$out" -type f -exec chmod 644 {} +
find "$out" -exec touch --no-dereference --date=@0 {} +
