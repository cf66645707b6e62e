using System.Security.Cryptography;
using System.Text;
using Mig.Archives;
using Mig.Core;
using Mig.Machines.Installing;
using Mig.Machines.Verification;

namespace Mig.Edits.Packages;

/// <summary>Reads which files a package has, and what of them dpkg would keep in its records.</summary>
internal static class DebContents
{
    private const int MaxEntries = 1_000_000;
    private const int MaxLibrary = 128 << 20;
    private const int BufferSize = 1 << 16;

    /// <exception cref="CorruptImageException">DEB-002, DEB-004, TAR-001 to TAR-010.</exception>
    public static void Read(PackagePlan plan, CancellationToken cancellation)
    {
        DebFile file = plan.File;
        string[] conffiles = (file.Text("conffiles") ?? "").Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (conffiles.FirstOrDefault(path => !path.StartsWith('/') || path.Contains(' ', StringComparison.Ordinal)) is { } strange)
            plan.MustRun($"its list of configuration files has '{strange}'");
        HashSet<string> configuration = [.. conffiles];
        bool wantsAll = file.Text("md5sums") is null;
        var digests = new Dictionary<string, string>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        file.ReadFiles((member, content) =>
        {
            string path = Clean(member.Path);
            if (plan.Entries.Count == MaxEntries)
                throw new CorruptImageException("DEB-004", $"it has more than {MaxEntries} files");
            if (!seen.Add(path))
                plan.MustRun($"it has {path} twice");
            SharedLibrary? library = null;
            if (member is { Type: ArchiveMemberType.File, LinkTo: null, Size: <= MaxLibrary, Data: null }
                && LinkerPlan.IsLibrary(path[(path.LastIndexOf('/') + 1)..]))
            {
                byte[] bytes = new byte[(int)member.Size];
                content.ReadExactly(bytes);
                library = SharedLibrary.Parse(bytes);
                content = new MemoryStream(bytes);
            }

            string digest = member is { Type: ArchiveMemberType.File, LinkTo: null } && (wantsAll || configuration.Contains(path))
                ? Digest(content) : member.LinkTo is { } first ? digests.GetValueOrDefault(Clean(first), "") : "";
            if (digest.Length > 0)
                digests[path] = digest;
            plan.Entries.Add(new DebEntry(path, member, digest, library));
            if (member.LinkTo is { } target && (!seen.Contains(Clean(target))
                || configuration.Contains(path) || configuration.Contains(Clean(target))))
                plan.MustRun($"{path} is a hard link that dpkg treats in a way of its own");
            if (member.Xattrs.Count > 0 || member.Data is not null)
                plan.MustRun($"{path} has attributes or holes, which dpkg does not read");
        }, cancellation);
        foreach (string path in conffiles.Where(path => path.StartsWith('/')))
        {
            if (digests.TryGetValue(path, out string? digest))
                plan.Conffiles.Add((path, digest));
            else
                plan.MustRun($"its configuration file {path} is no file of it");
        }
    }

    /// <summary>A path of an archive as dpkg lists it.</summary>
    /// <exception cref="CorruptImageException">TAR-007: it would lead out.</exception>
    public static string Clean(byte[] path)
    {
        string[] names = [.. Encoding.Latin1.GetString(path).Split('/').Where(name => name is not ("" or "."))];
        return names.Contains("..") || Array.Exists(names, name => name.Contains('\0', StringComparison.Ordinal))
            ? throw new CorruptImageException("TAR-007", $"path '{Encoding.UTF8.GetString(path)}' has '..' or a NUL in it")
            : names.Length == 0 ? "/." : "/" + string.Join('/', names);
    }

    private static string Digest(Stream content)
    {
        using IncrementalHash hash = ContentDigests.Begin(DigestAlgorithm.Md5);
        byte[] buffer = new byte[BufferSize];
        while (content.Read(buffer) is > 0 and int read)
            hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
