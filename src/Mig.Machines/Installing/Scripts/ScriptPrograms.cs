using Mig.History.Trees;
using Mig.Machines.Inventories.Versions;

namespace Mig.Machines.Installing.Scripts;

/// <summary>
/// Programs that scripts of packages call, as far as their effect is known
/// to be none when a package is installed for the first time.
/// </summary>
/// <param name="script">Which script it is.</param>
/// <param name="arguments">Its arguments.</param>
internal sealed class ScriptPrograms(IScriptFiles files, DpkgState state, string script, string[] arguments)
{
    private const string UnitState = "/var/lib/systemd/deb-systemd-helper-";

    /// <summary>The effect of <c>ldconfig</c>, which mig has too.</summary>
    public const string LinkerCache = "the linker's cache is written";

    /// <returns>Whether it succeeds; null when what it does is not known.</returns>
    public bool? Run(string[] words, List<string> effects)
    {
        switch (words[0])
        {
            case "ldconfig" when arguments is ["triggered", ..] && words is [_] or [_, "-r", "/"]:
                effects.Add(LinkerCache);
                return true;
            case "dpkg" when words is [_, "--compare-versions", var left, var operation, var right]:
                return Compare(left, operation, right);
            case "dpkg-maintscript-helper" when words is [_, "supports", _]:
                return true;
            case "dpkg-maintscript-helper" when IsFirst && words is [_, "rm_conffile" or "mv_conffile" or
                "symlink_to_dir" or "dir_to_symlink", ..]:
                effects.Add($"{script}: {words[0]} {words[1]} does nothing when a package is new");
                return true;
            case "dpkg-trigger" when words.Where(word => !word.StartsWith('-')).ToArray() is [_, var trigger]
                && !words.Contains("--by-package")
                && state.FindInterested(trigger).Count == 0 && !trigger.StartsWith('/'):
                effects.Add($"{script}: nothing waits for the trigger {trigger}");
                return true;
            case "deb-systemd-helper" when words is [_, "unmask", var unit] && IsPlain(unit)
                && files.Find($"{UnitState}masked/{unit}", false) is null:
                effects.Add($"{script}: {unit} is not masked");
                return true;
            case "rm" when words.Skip(1).All(word => word is "-f" or "-rf" or "-fr" or "--force"
                || (word.StartsWith('/') && files.Find(word, false) is null))
                && words.Length > 2 && words[1].StartsWith('-'):
                effects.Add($"{script}: {string.Join(' ', words.Skip(2))} is not there");
                return true;
            case "mkdir" when words is [_, "-p", .. var folders] && folders.All(folder => folder.StartsWith('/')
                && files.Find(folder, true) is { Type: TreeEntryType.Directory }):
                effects.Add($"{script}: {string.Join(' ', folders)} is there");
                return true;
            default:
                return null;
        }
    }

    // dpkg says which version was there: none.
    private bool IsFirst => arguments is ["configure", ""] or ["install"];

    // An empty version is before all others, but for operators with -nl.
    private static bool? Compare(string left, string operation, string right)
    {
        if (operation.EndsWith("-nl", StringComparison.Ordinal) && (left.Length == 0 || right.Length == 0))
            return null;
        int order = left.Length == 0 || right.Length == 0 ? left.Length.CompareTo(right.Length) : DebianVersion.Compare(left, right);
        return operation switch
        {
            "lt" or "lt-nl" or "<<" => order < 0,
            "le" or "le-nl" or "<=" => order <= 0,
            "eq" or "=" => order == 0,
            "ne" => order != 0,
            "ge" or "ge-nl" or ">=" => order >= 0,
            "gt" or "gt-nl" or ">>" => order > 0,
            _ => null,
        };
    }

    private static bool IsPlain(string unit) => unit.Length > 0 && !unit.Contains('/', StringComparison.Ordinal);
}
