using Mig.Core;
using Mig.History.Commits;

namespace Mig.History.Tests.Commits;

/// <summary>Commits, tags and texts to try things with.</summary>
internal static class Samples
{
    public static Signature Who { get; } = Signature.Create("Ada Lovelace", "ada@example.com", 1_700_000_000, 60);

    public static ObjectId Id(int number) => ObjectId.Of(BitConverter.GetBytes(number));

    public static string Text(Random random, int most, string alphabet) =>
        string.Concat(Enumerable.Range(0, random.Next(most)).Select(_ => new System.Text.StringBuilder(alphabet).ToString().EnumerateRunes()
            .ElementAt(random.Next(alphabet.EnumerateRunes().Count())).ToString()));

    public static Signature RandomSignature(Random random) =>
        Signature.Create("N" + Text(random, 12, "abc <>\n.é😀\t\"'"), Text(random, 12, "abc@.<>\n é"),
            random.NextInt64(Signature.MaxSeconds + 1), random.Next(-Signature.MaxOffsetMinutes, Signature.MaxOffsetMinutes + 1));

    public static Commit RandomCommit(Random random) => new()
    {
        Image = new ImageId(Id(random.Next())),
        Parents = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new CommitId(Id(random.Next())))],
        Author = RandomSignature(random),
        Committer = RandomSignature(random),
        Provenance = [.. Enumerable.Range(0, random.Next(3)).Select(_ => Text(random, 20, "ab :/é😀\r\t "))],
        Headers = [.. Enumerable.Range(0, random.Next(3)).Select(i => new HeaderLine($"sig{i}", Text(random, 20, "ab \n\n-é")))],
        Message = random.Next(5) == 0 ? "" : Text(random, 60, "abc \n\r\té😀") + "\n",
    };

    public static Tag RandomTag(Random random) => new()
    {
        Target = Id(random.Next()),
        TargetKind = (ObjectKind)random.Next(7),
        Name = "v" + random.Next(),
        Tagger = RandomSignature(random),
        Headers = [.. Enumerable.Range(0, random.Next(3)).Select(i => new HeaderLine($"sig{i}", Text(random, 20, "ab \n\n-é")))],
        Message = Text(random, 60, "abc \n\r\té😀") + "\n",
    };
}
