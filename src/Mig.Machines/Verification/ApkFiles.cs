using System.Text;
using Mig.Machines.Files;
using Mig.Machines.Inventories.Apk;

namespace Mig.Machines.Verification;

/// <summary>
/// What apk records of files: <c>F:</c> a folder, <c>R:</c> a file in it, <c>a:</c> owner and permissions, <c>Z:</c> the digest of its
/// content or target.
/// </summary>
internal static class ApkFiles
{
    private const string Sha1Prefix = "Q1";
    private const int Sha1Size = 20;

    /// <inheritdoc cref="DpkgFiles.Read"/>
    public static void Read(MachineFiles files, List<RecordedFile> recorded, HashSet<string> owned)
    {
        if (ApkDatabase.ReadContent(files) is { } content)
            Read(content, recorded, owned);
    }

    /// <inheritdoc cref="DpkgFiles.Read"/>
    /// <param name="content">The database, or a part of it.</param>
    public static void Read(byte[] content, List<RecordedFile> recorded, HashSet<string> owned)
    {
        string package = "", folder = "", path = "", digest = "";
        int? mode = null;
        foreach (string line in Encoding.UTF8.GetString(content).Split('\n'))
        {
            if (line.Length < 2 || line[1] != ':' || line[0] is 'R' or 'F' or 'P')
                Add();
            if (line.Length < 2 || line[1] != ':')
                continue;
            string value = line[2..];
            switch (line[0])
            {
                case 'P':
                    package = value;
                    break;
                case 'F':
                    folder = value;
                    owned.Add(folder);
                    break;
                case 'R':
                    path = folder.Length == 0 ? value : $"{folder}/{value}";
                    owned.Add(path);
                    break;
                case 'a':
                    mode = Permissions(value);
                    break;
                case 'Z':
                    digest = Hex(value);
                    break;
            }
        }

        Add();

        void Add()
        {
            // Below /etc, apk keeps what users have changed.
            if (path.Length > 0 && digest.Length > 0)
                recorded.Add(new RecordedFile(path, package)
                {
                    Algorithm = DigestAlgorithm.Sha1, Digest = digest,
                    IsConfiguration = path.StartsWith("etc/", StringComparison.Ordinal), Mode = mode
                });
            (path, digest, mode) = ("", "", null);
        }
    }

    // "0:0:755"
    private static int? Permissions(string value)
    {
        int mode = 0;
        foreach (char c in value[(value.LastIndexOf(':') + 1)..])
        {
            if (c is < '0' or > '7' || mode > 0xFFF)
                return null;
            mode = (mode << 3) | (c - '0');
        }

        return mode & 0xFFF;
    }

    private static string Hex(string value)
    {
        Span<byte> digest = stackalloc byte[Sha1Size + 1];
        return value.StartsWith(Sha1Prefix, StringComparison.Ordinal)
            && Convert.TryFromBase64String(value[Sha1Prefix.Length..], digest, out int length) && length == Sha1Size
            ? Convert.ToHexStringLower(digest[..Sha1Size])
            : "";
    }
}
