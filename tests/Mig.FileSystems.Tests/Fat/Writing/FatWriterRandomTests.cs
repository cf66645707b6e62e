using Mig.FileSystems.Tests.Writing;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>Random operations on every kind of FAT.</summary>
public sealed class FatWriterRandomTests : WriterRandomTests
{
    private static (int Kibibytes, string Options)[] Kinds { get; } =
    [
        (360, "-F 12 -f 2"),
        (1440, "-F 12 -n LABEL"),
        (2000, "-F 12 -s 4 -f 1 -r 32"),
        (8192, "-F 16 -s 1"),
        (20_000, "-F 16 -s 4 -f 1"),
        (40_000, "-F 16 -S 1024 -s 2"),
        (34_000, "-F 32 -s 1 -n EFI"),
        (2048, "-F 32 -s 1 -f 1"),
        (6000, "-F 32 -s 8 -S 512"),
        (20_000, "-F 32 -S 4096 -s 1"),
        (300, "-F 12 -s 1 -f 1 -r 16"),
    ];

    public static TheoryData<int> Variants => [.. Enumerable.Range(0, Kinds.Length)];

    protected override int KindCount => Kinds.Length;

    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatIsWrittenIsWhatTheModelHas(int variant) => Run(variant, seed: 1000 + variant, steps: 40);

    private protected override WriterRun Start(string image, int variant, int seed)
    {
        (int kibibytes, string options) = Kinds[variant];
        FatTools.Make(image, kibibytes, options);
        return new FatWriterRun(image, seed, canCopy: !IsSmallFat32(variant));
    }

    protected override string Describe(int variant, int seed) => Kinds[variant].Options;

    // What has the form of FAT32 but few clusters, mtools alone takes for something else; fsck.fat, Linux, Windows and UEFI do not.
    private static bool IsSmallFat32(int variant) =>
        Kinds[variant].Options.StartsWith("-F 32", StringComparison.Ordinal) && Kinds[variant].Kibibytes < 33_000;
}
