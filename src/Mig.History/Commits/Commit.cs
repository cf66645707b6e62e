using Mig.Core;

namespace Mig.History.Commits;

/// <summary>A version of a machine: an image, what it came from, who made it, when, how and why.</summary>
/// <remarks>
/// The payload is text (docs/format.md, "Commit"): <c>image</c>, <c>parent</c>*, <c>author</c>, <c>committer</c>, <c>provenance</c>*,
/// other headers, an empty line, the message. There is one way to write each commit, so equal commits have equal ids.
/// </remarks>
public sealed record Commit
{
    private const string Code = "HIST-001";

    /// <summary>The image: the disks of the machine.</summary>
    public required ImageId Image { get; init; }

    /// <summary>The versions that this one follows: none for the first one, several for a merge.</summary>
    public IReadOnlyList<CommitId> Parents { get; init; } = [];

    /// <summary>Who made the image, and when.</summary>
    public required Signature Author { get; init; }

    /// <summary>Who made this commit of it, and when.</summary>
    public required Signature Committer { get; init; }

    /// <summary>Where the image came from, a line each.</summary>
    public IReadOnlyList<string> Provenance { get; init; } = [];

    /// <summary>Headers that mig keeps without knowing them.</summary>
    public IReadOnlyList<HeaderLine> Headers { get; init; } = [];

    /// <summary>Empty, or ending with a line break.</summary>
    public required string Message { get; init; }

    /// <summary>The first line of the message.</summary>
    public string Subject => MessageText.Subject(Message);

    /// <summary>Parses a payload.</summary>
    /// <exception cref="CorruptStoreException">HIST-001: these are not the bytes that <see cref="Encode"/> writes.</exception>
    public static Commit Parse(ReadOnlySpan<byte> payload, ObjectId id)
    {
        var reader = new PayloadReader(payload, Code, $"commit {id}");
        var image = new ImageId(reader.ReadId("image"));
        var parents = new List<CommitId>();
        while (reader.NextIs("parent"))
            parents.Add(new CommitId(reader.ReadId("parent")));
        Signature author = reader.ReadSignature("author");
        Signature committer = reader.ReadSignature("committer");
        var provenance = new List<string>();
        while (reader.NextIs("provenance"))
            provenance.Add(reader.ReadLine("provenance"));
        return new Commit
        {
            Image = image,
            Parents = parents,
            Author = author,
            Committer = committer,
            Provenance = provenance,
            Headers = reader.ReadHeaders(),
            Message = reader.ReadMessage(),
        };
    }

    /// <summary>Returns the payload.</summary>
    /// <exception cref="UsageException">A field holds what its line cannot: a line break in a provenance, a NUL in the message.</exception>
    public byte[] Encode()
    {
        var writer = new PayloadWriter("commit");
        writer.Line("image", Image.ToString());
        foreach (CommitId parent in Parents)
            writer.Line("parent", parent.ToString());
        writer.Line("author", Author.ToString());
        writer.Line("committer", Committer.ToString());
        foreach (string line in Provenance)
            writer.Line("provenance", line);
        writer.Headers(Headers);
        return writer.Finish(Message);
    }

    public bool Equals(Commit? other) =>
        other is not null && Image == other.Image && Author == other.Author && Committer == other.Committer && Message == other.Message
        && Parents.SequenceEqual(other.Parents) && Provenance.SequenceEqual(other.Provenance) && Headers.SequenceEqual(other.Headers);

    public override int GetHashCode() => HashCode.Combine(Image, Author, Committer, Message, Parents.Count);
}
