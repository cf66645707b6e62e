using Mig.Core;
using Mig.History.Refs;

namespace Mig.History.Commits;

/// <summary>A name for an object, with who gave it, when and why.</summary>
/// <remarks>
/// The payload is text (docs/format.md, "Tag"): <c>object</c>, <c>type</c>, <c>tag</c>, <c>tagger</c>, other headers, an empty line, the
/// message.
/// </remarks>
public sealed record Tag
{
    private const string Code = "HIST-002";

    public required ObjectId Target { get; init; }

    public required ObjectKind TargetKind { get; init; }

    /// <summary>The name without <c>refs/tags/</c>.</summary>
    public required string Name { get; init; }

    public required Signature Tagger { get; init; }

    /// <summary>Headers that mig keeps without knowing them.</summary>
    public IReadOnlyList<HeaderLine> Headers { get; init; } = [];

    /// <summary>Empty, or ending with a line break.</summary>
    public required string Message { get; init; }

    /// <summary>The first line of the message.</summary>
    public string Subject => MessageText.Subject(Message);

    /// <summary>Parses a payload.</summary>
    /// <exception cref="CorruptStoreException">HIST-002: these are not the bytes that <see cref="Encode"/> writes.</exception>
    public static Tag Parse(ReadOnlySpan<byte> payload, ObjectId id)
    {
        var reader = new PayloadReader(payload, Code, $"tag {id}");
        ObjectId target = reader.ReadId("object");
        string type = reader.ReadLine("type");
        if (!ObjectKindName.TryParse(type, out ObjectKind kind))
            throw new CorruptStoreException(
                Code, $"tag {id}: type is {Utf8Text.Quote(Utf8Text.Encode(type, "type"))}, which is not a kind of object; run 'mig fsck'");
        string name = reader.ReadLine("tag");
        if (!RefName.IsWellFormed("refs/tags/" + name))
            throw new CorruptStoreException(
                Code, $"tag {id}: its name {Utf8Text.Quote(Utf8Text.Encode(name, "name"))} could not stand in refs/tags; run 'mig fsck'");
        return new Tag
        {
            Target = target,
            TargetKind = kind,
            Name = name,
            Tagger = reader.ReadSignature("tagger"),
            Headers = reader.ReadHeaders(),
            Message = reader.ReadMessage(),
        };
    }

    /// <summary>Returns the payload.</summary>
    /// <exception cref="UsageException">A field holds what its line cannot.</exception>
    public byte[] Encode()
    {
        var writer = new PayloadWriter("tag");
        writer.Line("object", Target.ToString());
        writer.Line("type", ObjectKindName.Of(TargetKind));
        if (!RefName.IsWellFormed("refs/tags/" + Name))
            throw new UsageException($"'{Name}' cannot be the name of a tag; names follow the rules of 'git check-ref-format'");
        writer.Line("tag", Name);
        writer.Line("tagger", Tagger.ToString());
        writer.Headers(Headers);
        return writer.Finish(Message);
    }

    public bool Equals(Tag? other) =>
        other is not null && Target == other.Target && TargetKind == other.TargetKind && Name == other.Name && Tagger == other.Tagger
        && Message == other.Message && Headers.SequenceEqual(other.Headers);

    public override int GetHashCode() => HashCode.Combine(Target, TargetKind, Name, Tagger, Message);
}
