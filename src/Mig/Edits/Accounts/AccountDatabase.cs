using System.Globalization;
using System.Text;
using Mig.Core;
using Mig.Edits.Operations;
using Mig.FileSystems;
using Mig.History.Revisions;

namespace Mig.Edits.Accounts;

/// <summary>
/// Finds users and groups by the names that a volume's own <c>/etc/passwd</c> and <c>/etc/group</c> give them. Source: passwd(5), group(5).
/// </summary>
internal sealed class AccountDatabase(IFileSystemWriter writer)
{
    private const int MaxSize = 16 << 20;
    private const int IdField = 2;
    private const int GroupField = 3;

    /// <summary>Returns the ids that an owner stands for; null for what is to stay.</summary>
    /// <exception cref="NotFoundException">The volume has no such user or group.</exception>
    public (uint? Uid, uint? Gid) Resolve(OwnerName owner)
    {
        uint? uid = null, gid = owner.Group is null ? null : FindGroup(owner.Group);
        if (owner.User is not null)
        {
            (uid, uint? loginGroup) = FindUser(owner.User, owner.TakesLoginGroup);
            gid = owner.TakesLoginGroup ? loginGroup : gid;
        }

        return (uid, gid);
    }

    private (uint Uid, uint? LoginGroup) FindUser(string user, bool needsGroup)
    {
        bool isNumber = TryParse(user, out uint uid);
        if (isNumber && !needsGroup)
            return (uid, null);
        List<string[]> users = ReadTable("/etc/passwd"u8);
        string[]? found = users.Find(fields => isNumber ? fields[IdField] == user : fields[0] == user);
        if (found is not null && TryParse(found[IdField], out uid) && found.Length > GroupField
            && TryParse(found[GroupField], out uint group))
            return (uid, group);
        throw new NotFoundException(
            $"the image's /etc/passwd has no user '{user}'.{NearNames.Suggest(user, users.Select(fields => fields[0]))} A number is taken "
            + "as it is");
    }

    private uint FindGroup(string group)
    {
        if (TryParse(group, out uint gid))
            return gid;
        List<string[]> groups = ReadTable("/etc/group"u8);
        if (groups.Find(fields => fields[0] == group) is { } found && TryParse(found[IdField], out gid))
            return gid;
        throw new NotFoundException(
            $"the image's /etc/group has no group '{group}'.{NearNames.Suggest(group, groups.Select(fields => fields[0]))} A number is "
            + "taken as it is");
    }

    // Read each time: what was written a moment ago counts.
    private List<string[]> ReadTable(ReadOnlySpan<byte> path)
    {
        byte[] resolved;
        try
        {
            resolved = writer.Resolve(path);
        }
        catch (NotFoundException)
        {
            return [];
        }

        if (writer.Find(resolved) is not { Type: NodeType.File, Size: <= MaxSize } node)
            return [];
        byte[] content = new byte[node.Size];
        using (IFileSystem files = writer.Read())
            files.ReadContent(node.Number, 0, content);
        return [.. Encoding.UTF8.GetString(content).Split('\n').Select(line => line.Split(':'))
            .Where(fields => fields.Length > IdField && fields[0].Length > 0)];
    }

    // The largest number stands for "none" in the kernel's calls.
    private static bool TryParse(string text, out uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id) && id != uint.MaxValue;
}
