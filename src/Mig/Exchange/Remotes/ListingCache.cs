using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Mig.Core;
using Mig.History.Refs;
using Mig.History.Trust;
using Mig.Transfer;
using Mig.Transfer.Addresses;

namespace Mig.Exchange.Remotes;

/// <summary>
/// Keeps what other repositories said of their refs, so that they need not say it again while it holds: they are told its digest. What is
/// kept decides nothing by itself; it counts when the other side, asked with the rights of now, says that its refs are just those.
/// </summary>
internal sealed class ListingCache(Repository repository)
{
    private const string CacheFolder = "refs";
    private const int MaxBytes = 64 << 20;
    private const int MostFiles = 32;
    private const int KeptFiles = 16;

    /// <summary>Asks for refs.</summary>
    /// <param name="choice">Which refs; null for all.</param>
    public RemoteListing List(RemoteRepository connection, RemoteAddress address, RefChoice? choice, CancellationToken cancellation)
    {
        RemoteListing? known = Read(address, choice);
        RemoteListing now = connection.ListRefs(
            new RefsQuery { Prefixes = choice?.Prefixes, Names = choice?.Names ?? [], Known = known }, cancellation);
        if (known is null || !ReferenceEquals(known.Refs, now.Refs))
            Write(address, choice, now);
        return now;
    }

    /// <summary>Notes what a list of all refs says of some.</summary>
    public void Note(RemoteAddress address, RefChoice? choice, RemoteListing all) => Write(address, choice, all with
    {
        Refs = [.. all.Refs.Where(found => choice?.Contains(found.Name) != false)],
    });

    /// <summary>Notes what a push has changed.</summary>
    /// <param name="moved">Where refs are now, and the commits that annotated tags lead to; null for those that are gone.</param>
    public void Move(RemoteAddress address, RefChoice? choice, IReadOnlyDictionary<RefName, (ObjectId Id, ObjectId? Peeled)?> moved)
    {
        if (moved.Count == 0 || Read(address, choice) is not { } known)
            return;
        var refs = new SortedDictionary<RefName, RemoteRef>();
        foreach (RemoteRef item in known.Refs)
            refs[item.Name] = item;
        foreach ((RefName name, (ObjectId Id, ObjectId? Peeled)? now) in moved)
        {
            if (now is { } there)
                refs[name] = new RemoteRef(name, there.Id, there.Peeled);
            else
                refs.Remove(name);
        }

        ObjectId? head = known.HeadTarget is not null && moved.ContainsKey(known.HeadTarget) ? moved[known.HeadTarget]?.Id : known.HeadId;
        Note(address, choice, new RemoteListing(known.HeadTarget, head, [.. refs.Values]));
    }

    private RemoteListing? Read(RemoteAddress address, RefChoice? choice) =>
        SealedFile.Read(repository.Folder, NameOf(address, choice), MaxBytes) is { } bytes ? Parse(Encoding.UTF8.GetString(bytes)) : null;

    private void Write(RemoteAddress address, RefChoice? choice, RemoteListing listing)
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{listing.HeadTarget?.Value ?? "-"} {listing.HeadId?.ToString() ?? "-"}\n");
        foreach (RemoteRef item in listing.Refs)
            text.Append(CultureInfo.InvariantCulture, $"{item.Id} {item.Peeled?.ToString() ?? "-"} {item.Name.Value}\n");
        byte[] bytes = Encoding.UTF8.GetBytes(text.ToString());
        if (bytes.Length <= MaxBytes && SealedFile.TryWrite(repository.Folder, NameOf(address, choice), bytes))
            SealedFile.RemoveOld(repository.Folder, CacheFolder, MostFiles, KeptFiles);
    }

    // The seal says that it was written here; whatever is not as it was written is as if it were not there.
    private static RemoteListing? Parse(string text)
    {
        string[] lines = text.Split('\n');
        string[] head = lines[0].Split(' ');
        if (head.Length != 2 || !TryParseOptional(head[1], out ObjectId? headId))
            return null;
        RefName? headTarget = null;
        if (head[0] != "-" && !RefName.TryParse(head[0], out headTarget))
            return null;
        var refs = new List<RemoteRef>(lines.Length);
        foreach (string line in lines.AsSpan(1, lines.Length - 2))
        {
            string[] words = line.Split(' ');
            if (words.Length != 3 || !ObjectId.TryParse(words[0], out ObjectId id) || !TryParseOptional(words[1], out ObjectId? peeled)
                || !RefName.TryParse(words[2], out RefName? name))
                return null;
            refs.Add(new RemoteRef(name, id, peeled));
        }

        return new RemoteListing(headTarget, headId, refs);
    }

    private static bool TryParseOptional(string word, out ObjectId? id)
    {
        bool isId = ObjectId.TryParse(word, out ObjectId found);
        id = isId ? found : null;
        return isId || word == "-";
    }

    // Named after what was asked, and whom.
    private static string NameOf(RemoteAddress address, RefChoice? choice)
    {
        string port = address.Port?.ToString(CultureInfo.InvariantCulture) ?? "";
        string asked = choice is null ? "*" : string.Join('\n', choice.Parts.Select(part => (part.IsWhole ? "=" : "^") + part.Text));
        string question = string.Join('\n', address.Kind, address.IsSecure, address.User, address.Host, port, address.Path, asked);
        return $"{CacheFolder}/{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(question)))}";
    }
}
