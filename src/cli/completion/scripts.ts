/**
 * What shells are told: to ask `serin __complete` with the words typed so far, the last of which may be empty. It
 * answers one candidate a line, its description behind a tab, and last `:file` where a file may be named.
 */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

export const SCRIPTS: Readonly<Record<Shell, string>> = {
  bash: `# serin completion bash
_serin() {
  local line candidates=() files=
  while IFS= read -r line; do
    if [[ $line == :file ]]; then files=1; else candidates+=("\${line%%$'\\t'*}"); fi
  done < <("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  COMPREPLY=("\${candidates[@]}")
  if [[ $files ]]; then
    compopt -o filenames 2>/dev/null
    while IFS= read -r line; do COMPREPLY+=("$line"); done < <(compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")
  fi
}
complete -F _serin serin
`,
  zsh: `#compdef serin
# serin completion zsh
_serin() {
  local line files=
  local -a candidates
  while IFS= read -r line; do
    if [[ $line == :file ]]; then
      files=1
    else
      line=\${line//:/\\\\:}
      candidates+=("\${line/$'\\t'/:}")
    fi
  done < <("\${words[1]}" __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#candidates} )) && _describe -t candidates serin candidates
  [[ -n $files ]] && _files
}
if [[ "\${funcstack[1]}" == _serin ]]; then _serin "$@"; else compdef _serin serin; fi
`,
  fish: `# serin completion fish
function __serin_complete
  set -l words (commandline -opc) (commandline -ct)
  for line in ($words[1] __complete $words[2..-1] 2>/dev/null)
    if test "$line" = :file
      __fish_complete_path (commandline -ct)
    else
      echo $line
    end
  end
end
complete -c serin -f -a '(__serin_complete)'
`,
};
