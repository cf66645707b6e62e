using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.Core.Host;

namespace Mig.Edits.Building;

/// <summary>The folder that a build may read, and nothing beside it.</summary>
internal sealed class BuildContext(string folder)
{
    private const int MaxFiles = 1_000_000;

    private readonly string _root = RealPath(folder);

    /// <summary>Returns where a path of the context stands.</summary>
    /// <exception cref="UsageException">It leads out of the context, by <c>..</c> or by a link.</exception>
    /// <exception cref="NotFoundException">Nothing stands there.</exception>
    public string Find(string path)
    {
        string full = Path.GetFullPath(Path.Combine(_root, path));
        if (LibC.LookAt(full) == FileType.Missing)
            throw new NotFoundException($"'{path}' is not in {folder}, which the build may read");
        string real = RealPath(full);
        if (real != _root && !real.StartsWith(_root.TrimEnd('/') + "/", StringComparison.Ordinal))
            throw new UsageException($"'{path}' leads out of {folder}, to {real}; a build reads what is in its folder ('mig build DIR')");
        bool isContents = path.EndsWith("/.", StringComparison.Ordinal) || path is ".";
        return isContents ? real + "/." : real;
    }

    /// <summary>Returns what stands for a file or folder as it would be stored: names, kinds, modes, times and contents.</summary>
    public static ObjectId DigestOf(string path, bool isArchive)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        string start = path.EndsWith("/.", StringComparison.Ordinal) ? path[..^2] : path;
        var open = new Stack<string>([start]);
        int count = 0;
        while (open.TryPop(out string? at))
        {
            if (++count > MaxFiles)
                throw new UsageException($"{path} has more than {MaxFiles} files");
            FileStatus status = FileStatus.Of(at, followsLinks: false)
                ?? throw new NotFoundException($"{at} went away while it was read");
            Add(at[start.Length..], status.Type, status.Mode & (isArchive ? 0xFFF : 0x1FF), status.Modified, isArchive ? status.Uid : 0,
                isArchive ? status.Gid : 0, status.Length);
            if (status.Type == FileType.Directory)
            {
                foreach (string child in HostFiles.ListAll(at).OrderDescending(StringComparer.Ordinal))
                    open.Push(child);
            }
            else if (status.Type == FileType.SymbolicLink)
            {
                Add(new FileInfo(at).LinkTarget);
            }
            else if (status.Type == FileType.Regular)
            {
                using FileStream content = File.OpenRead(at);
                hash.AppendData(SHA256.HashData(content));
            }
        }

        return ObjectId.Finish(hash);

        void Add(params ReadOnlySpan<object?> words)
        {
            var text = new StringBuilder();
            foreach (object? word in words)
                text.Append(CultureInfo.InvariantCulture, $"{word}\0");
            hash.AppendData(Encoding.UTF8.GetBytes(text.ToString()));
        }
    }

    // With all links followed.
    private static string RealPath(string path)
    {
        string real = "/";
        var rest = new Stack<string>(Path.GetFullPath(path).Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse());
        for (int links = 0; rest.TryPop(out string? name);)
        {
            if (name == "..")
            {
                real = Path.GetDirectoryName(real) ?? "/";
                continue;
            }

            string next = Path.Combine(real, name);
            if (name == "." || new FileInfo(next).LinkTarget is not { } target)
            {
                real = name == "." ? real : next;
                continue;
            }

            if (++links > 40)
                throw new UsageException($"{path} goes through more than 40 links");
            if (target.StartsWith('/'))
                real = "/";
            foreach (string part in target.Split('/', StringSplitOptions.RemoveEmptyEntries).Reverse())
                rest.Push(part);
        }

        return real;
    }
}
