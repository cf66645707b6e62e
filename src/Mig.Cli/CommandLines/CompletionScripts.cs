namespace Mig.Cli.CommandLines;

/// <summary>What shells are told. All of them ask <c>mig __complete WORD...</c>, whose last word is the one to complete.</summary>
internal static class CompletionScripts
{
    public const string Bash = """
        # Completion of mig for bash. Use: source <(mig completion bash)
        _mig() {
            local line=${COMP_LINE:0:COMP_POINT} word before reply
            local -a words=()
            COMPREPLY=()

            # bash breaks words at ':' and '='; a revision with a path is one word to mig.
            IFS=$' \t\n' read -a words <<<"$line"
            [[ $line == *[[:space:]] ]] && words+=("")
            word=${words[-1]}
            before=""
            if [[ $word == *[:=]* ]]; then
                before=${word%"${word##*[:=]}"}
            fi
            while IFS= read -r reply; do
                COMPREPLY+=("$(printf %q "${reply#"$before"}")")
            done < <("${words[0]}" __complete "${words[@]:1}" 2>/dev/null)
            if [[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[/:=] ]]; then
                compopt -o nospace 2>/dev/null
            fi
        }
        complete -o bashdefault -o default -F _mig mig

        """;

    public const string Zsh = """
        #compdef mig
        # Completion of mig for zsh. Use: mig completion zsh > a folder of $fpath, under the name _mig
        _mig() {
            local -a replies open closed
            replies=("${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}")
            open=("${(@M)replies:#*[/:=]}")
            closed=("${(@)replies:#*[/:=]}")
            closed=("${(@)closed:#}")
            if (( ${#open} + ${#closed} )); then
                (( ${#open} )) && compadd -S '' -- "${open[@]}"
                (( ${#closed} )) && compadd -- "${closed[@]}"
            else
                _files
            fi
        }
        if [[ $funcstack[1] == _mig ]]; then
            _mig "$@"
        else
            compdef _mig mig
        fi

        """;

    public const string Fish = """
        # Completion of mig for fish. Use: mig completion fish > ~/.config/fish/completions/mig.fish
        function __mig_complete
            set -l words (commandline -opc)
            set -l replies ($words[1] __complete $words[2..-1] (commandline -ct) 2>/dev/null)
            if test (count $replies) -gt 0
                printf '%s\n' $replies
            else
                __fish_complete_path (commandline -ct)
            end
        end
        complete -c mig -f -a '(__mig_complete)'

        """;
}
