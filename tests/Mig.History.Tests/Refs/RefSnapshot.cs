using System.Text;
using Mig.History.Refs;

namespace Mig.History.Tests.Refs;

/// <summary>The files that an update of refs may change, as they lie in the folder: read without any of mig's code.</summary>
internal static class RefSnapshot
{
    /// <summary>Refs that are packed appear as the files that they would be; a ref's own file goes before.</summary>
    public static SortedDictionary<string, string> Read(string folder)
    {
        SortedDictionary<string, string> files =
            ReadAll(folder, name => name is not ("journal" or "config.lock") && !name.StartsWith("locks/", StringComparison.Ordinal));
        if (files.Remove("packed-refs", out string? packed))
        {
            foreach (string line in packed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => line[0] != '#'))
                files.TryAdd(line[65..], line[..64] + "\n");
        }

        return files;
    }

    public static SortedDictionary<string, string> ReadAll(string folder) => ReadAll(folder, _ => true);

    private static SortedDictionary<string, string> ReadAll(string folder, Func<string, bool> isWanted) => new(
        Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 })
            .Select(path => Path.GetRelativePath(folder, path)).Where(isWanted)
            .ToDictionary(name => name, name => File.ReadAllText(Path.Combine(folder, name), Encoding.UTF8)),
        StringComparer.Ordinal);

    /// <summary>Makes a folder hold these files, and no others of their kind.</summary>
    public static void Write(string folder, IReadOnlyDictionary<string, string> files)
    {
        foreach (string made in (string[])["refs", "logs"])
        {
            if (Directory.Exists(Path.Combine(folder, made)))
                Directory.Delete(Path.Combine(folder, made), recursive: true);
        }

        File.Delete(Path.Combine(folder, "packed-refs"));
        foreach ((string path, string text) in files)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
            File.WriteAllText(Path.Combine(folder, path), text);
        }
    }

    /// <summary>Makes the journal that leads from one state to another: what grows is appended to.</summary>
    public static RefJournal ToJournal(IReadOnlyDictionary<string, string> before, IReadOnlyDictionary<string, string> after)
    {
        var journal = new RefJournal();
        foreach (string gone in before.Keys.Where(path => !after.ContainsKey(path)))
            journal.Add(new JournalStep(JournalStepKind.Delete, gone, 0, []));
        foreach ((string path, string text) in after.Where(file => before.GetValueOrDefault(file.Key) != file.Value))
        {
            int start = before.TryGetValue(path, out string? old) && path.StartsWith("logs/", StringComparison.Ordinal) ? old.Length : 0;
            journal.Add(new JournalStep(start > 0 ? JournalStepKind.Append : JournalStepKind.Write, path, start,
                Encoding.UTF8.GetBytes(text)[start..]));
        }

        return journal;
    }
}
