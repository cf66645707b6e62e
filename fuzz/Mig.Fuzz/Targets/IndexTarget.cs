using System.Security.Cryptography;

namespace Mig.Fuzz.Targets;

/// <summary>The index of a store: the first byte of the input says whether its checksum and name are right.</summary>
internal sealed class IndexTarget : FuzzTarget
{
    private const int HashSize = 32;
    private readonly StoreSample _store = new();

    public IndexTarget() => Seeds =
        [.. _store.Files.Where(file => file.Name.EndsWith(".idx", StringComparison.Ordinal)).Select(file => file.Bytes)];

    public override string Name => "index";

    public override IReadOnlyList<byte[]> Seeds { get; }

    public override void Run(byte[] input)
    {
        // Named after its own checksum, right or wrong.
        string name = input.Length < HashSize ? new string('0', 2 * HashSize)
            : Convert.ToHexStringLower(input.AsSpan(input.Length - HashSize));
        _store.Read([.. _store.Files.Where(file => file.Name.EndsWith(".pack", StringComparison.Ordinal)), (name + ".idx", input)]);
    }

    public override void Repair(byte[] input)
    {
        if (input.Length > HashSize)
            SHA256.HashData(input.AsSpan(0, input.Length - HashSize), input.AsSpan(input.Length - HashSize));
    }

    public override void Dispose()
    {
        _store.Dispose();
        base.Dispose();
    }
}
