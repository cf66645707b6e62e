using System.Text;
using System.Text.RegularExpressions;
using Mig.FileSystems;

namespace Mig.Edits.Labels;

/// <summary>
/// Which label a policy of SELinux gives to a path. Sources: selabel_file(5) and libselinux's label_file.c: files are read one after the
/// other, patterns without metacharacters come last, and the last that matches counts.
/// </summary>
internal sealed class LabelPolicy
{
    private const int MaxSpecs = 200_000;

    private readonly List<Spec> _specs = [];
    private readonly List<(string From, string To)> _substitutions = [];
    private readonly List<(string From, string To)> _vendorSubstitutions = [];

    /// <summary>Adds a file of patterns; what cannot be understood is left out.</summary>
    public void AddContexts(string text)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length is not (2 or 3) || words[0][0] == '#' || _specs.Count >= MaxSpecs)
                continue;
            if (words.Length == 2 || TypeOf(words[1]) is not null)
                _specs.Add(new Spec(words[0], words.Length == 3 ? TypeOf(words[1]) : null, words[^1]));
        }
    }

    /// <summary>Adds a file of substitutions: what begins with the first path is looked for under the second.</summary>
    /// <param name="isVendors">Whether it is that of the distribution, which counts after the administrator's.</param>
    public void AddSubstitutions(string text, bool isVendors)
    {
        foreach (string line in text.Split('\n'))
        {
            string[] words = line.Split([' ', '\t', '\r'], StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 2 && words[0][0] != '#')
                (isVendors ? _vendorSubstitutions : _substitutions).Add((words[0], words[1]));
        }
    }

    /// <summary>Says that all is read.</summary>
    public void Finish()
    {
        List<Spec> exact = _specs.FindAll(spec => spec.IsExact);
        _specs.RemoveAll(spec => spec.IsExact);
        _specs.AddRange(exact);
    }

    /// <summary>Returns the label of a path.</summary>
    /// <param name="path">With a slash in front.</param>
    /// <returns>Null when no pattern matches; empty when the policy says that there is none.</returns>
    public string? Find(string path, NodeType type)
    {
        path = Substitute(_vendorSubstitutions, Substitute(_substitutions, path));
        for (int i = _specs.Count - 1; i >= 0; i--)
        {
            if (_specs[i].Matches(path, type))
                return _specs[i].Label == "<<none>>" ? "" : _specs[i].Label;
        }

        return null;
    }

    private static string Substitute(List<(string From, string To)> substitutions, string path)
    {
        foreach ((string from, string to) in substitutions)
        {
            if (path.StartsWith(from, StringComparison.Ordinal) && (path.Length == from.Length || path[from.Length] == '/'))
                return (to == "/" ? "" : to) + path[from.Length..] is { Length: > 0 } found ? found : "/";
        }

        return path;
    }

    private static NodeType? TypeOf(string word) => word switch
    {
        "--" => NodeType.File,
        "-d" => NodeType.Directory,
        "-l" => NodeType.SymbolicLink,
        "-c" => NodeType.CharacterDevice,
        "-b" => NodeType.BlockDevice,
        "-p" => NodeType.Fifo,
        "-s" => NodeType.Socket,
        _ => null,
    };

    private sealed class Spec
    {
        private const string Meta = ".^$?*+|[({";

        private readonly string _pattern;
        private readonly string _stem;
        private readonly NodeType? _type;
        private Regex? _regex;
        private bool _isBroken;

        public Spec(string pattern, NodeType? type, string label)
        {
            (_pattern, _type, Label) = (pattern, type, label);
            int end = pattern.IndexOfAny([.. Meta, '\\', ')', ']', '}']);
            IsExact = !HasMeta(pattern);

            // What follows the last plain character may make it one of none, or of many.
            _stem = end < 0 ? pattern : end > 0 && pattern[end] is '?' or '*' or '{' or '+' ? pattern[..(end - 1)]
                : pattern[..Math.Max(0, end)];
            if (pattern.Contains('|', StringComparison.Ordinal) && Depth(pattern) == 0)
                _stem = "";
        }

        public string Label { get; }

        public bool IsExact { get; }

        public bool Matches(string path, NodeType type)
        {
            if ((_type is { } only && only != type) || _isBroken || !path.StartsWith(_stem, StringComparison.Ordinal))
                return false;
            try
            {
                // The patterns come from the image: none may take more than a pass over the path.
                _regex ??= new Regex($"^(?:{_pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant
                    | RegexOptions.Singleline);
                return _regex.IsMatch(path);
            }
            catch (Exception e) when (e is ArgumentException or NotSupportedException)
            {
                _isBroken = true;
                return false;
            }
        }

        private static bool HasMeta(string pattern)
        {
            for (int i = 0; i < pattern.Length; i++)
            {
                if (pattern[i] == '\\')
                    i++;
                else if (Meta.Contains(pattern[i], StringComparison.Ordinal))
                    return true;
            }

            return false;
        }

        // How deep in parentheses the first alternative parts.
        private static int Depth(string pattern)
        {
            int depth = 0;
            foreach (char character in pattern)
            {
                if (character == '|')
                    return depth;
                depth += character == '(' ? 1 : character == ')' ? -1 : 0;
            }

            return depth;
        }
    }
}
