using Mig.FileSystems.Tests.Writing;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Random operations on every kind of ext2, ext3 and ext4.</summary>
public sealed class ExtWriterRandomTests : WriterRandomTests
{
    private static readonly string[] Hashes = ["half_md4", "tea", "legacy"];

    public static TheoryData<int> Variants => [.. Enumerable.Range(0, ExtVariants.All.Length)];

    protected override int KindCount => ExtVariants.All.Length;

    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatIsWrittenIsWhatTheModelHas(int variant) => Run(variant, SeedOf(variant), steps: 16);

    private protected override WriterRun Start(string image, int variant, int seed)
    {
        (string options, string size) = ExtVariants.All[variant];
        ExtVariants.Make(image, options, size, GetHash(seed), IsFilled(seed), IsFull(seed));
        return new ExtWriterRun(image, seed, ExtVariants.CanMount(options));
    }

    protected override string Describe(int variant, int seed) =>
        $"{ExtVariants.All[variant].Options}, {GetHash(seed)}, {(IsFull(seed) ? "full" : IsFilled(seed) ? "filled" : "empty")}";

    // Every third is filled by the kernel first, which takes ten times as long; in the long run (eng/writers.sh) all are.
    private static int SeedOf(int variant) => (9 * variant) + (variant % 3 == 2 ? 3 * (1 + (variant / 3 % 2)) : 0) + (variant / 3 % 3);

    private static string GetHash(int seed) => Hashes[seed % Hashes.Length];

    private static bool IsFilled(int seed) => seed / 3 % 3 != 0;

    private static bool IsFull(int seed) => seed / 3 % 3 == 2;
}
