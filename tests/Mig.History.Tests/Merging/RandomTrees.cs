namespace Mig.History.Tests.Merging;

/// <summary>Random trees, and random edits of them: lines, files and directories change, come, go and move.</summary>
internal sealed class RandomTrees(Random random)
{
    private int _counter;

    public SortedDictionary<string, string> Make()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string folder in (string[])["", "a/", "b/", "a/deep/", "c/d/"])
        {
            for (int i = 2 + random.Next(3); i > 0; i--)
                files[$"{folder}f{i}"] = Content();
        }

        return files;
    }

    public SortedDictionary<string, string> Change(IReadOnlyDictionary<string, string> before)
    {
        var files = new SortedDictionary<string, string>(before.ToDictionary(), StringComparer.Ordinal);
        var touched = new HashSet<string>();
        for (int i = 1 + random.Next(5); i > 0; i--)
            Edit(files, touched);
        return files;
    }

    private void Edit(SortedDictionary<string, string> files, HashSet<string> touched)
    {
        string[] untouched = [.. files.Keys.Where(path => !touched.Contains(path))];
        string path = untouched.Length == 0 ? "x" : untouched[random.Next(untouched.Length)];
        switch (untouched.Length == 0 ? 3 : random.Next(10))
        {
            case < 4:
                string[] lines = files[path].Split('\n');
                lines[random.Next(lines.Length - 1)] = Line();
                files[path] = string.Join('\n', lines);
                touched.Add(path);
                break;
            case 4:
                files.Remove(path);
                break;
            case 5 or 6:
                string added = (path.Contains('/', StringComparison.Ordinal) ? path[..(path.LastIndexOf('/') + 1)] : "")
                    + $"new{random.Next(3)}";
                if (!files.ContainsKey(added) && !files.Keys.Any(other => other.StartsWith(added + "/", StringComparison.Ordinal)))
                {
                    files[added] = Content();
                    touched.Add(added);
                }

                break;
            case 7:
                Move(files, touched, path, random.Next(2) == 0 ? $"moved{_counter++}" : $"b/moved{_counter++}");
                break;
            case 8:
                string folder = random.Next(2) == 0 ? "a/deep" : "c/d";
                string target = $"moved{_counter++}";
                foreach (string file in files.Keys.Where(file =>
                    file.StartsWith(folder + "/", StringComparison.Ordinal) && !touched.Contains(file)).ToList())
                    Move(files, touched, file, target + file[folder.Length..]);
                break;
            default:
                // A file becomes a directory.
                files.Remove(path);
                files[$"{path}/inner"] = Content();
                touched.Add($"{path}/inner");
                break;
        }
    }

    private static void Move(SortedDictionary<string, string> files, HashSet<string> touched, string from, string to)
    {
        string content = files[from];
        files.Remove(from);
        files[to] = content;
        touched.Add(to);
    }

    private string Content() => (random.Next(4) == 0 ? "!" : "") + string.Concat(Enumerable.Range(0, 8).Select(_ => Line() + "\n"));

    private string Line() => $"{random.Next():x8} {_counter++}";
}
