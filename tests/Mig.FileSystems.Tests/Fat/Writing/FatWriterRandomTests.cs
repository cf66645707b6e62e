using System.Globalization;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Fat.Writing;

/// <summary>Random operations on every kind of FAT, each judged by fsck.fat, the reader and a model, and all together by mtools.</summary>
public sealed class FatWriterRandomTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

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

    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatIsWrittenIsWhatTheModelHas(int variant) => Run(variant, seed: 1000 + variant, steps: 40);

    /// <summary>The long run of <c>eng/writers.sh</c>: without its variables, one more short one.</summary>
    [Fact]
    public void ALongRunFindsNothing()
    {
        long seconds = Read("MIG_WRITERS_SECONDS", 0);
        int seed = (int)Read("MIG_WRITERS_SEED", 1);
        int steps = (int)Read("MIG_WRITERS_STEPS", 20);
        int only = (int)Read("MIG_WRITERS_VARIANT", -1);
        long start = TimeProvider.System.GetTimestamp();
        int total = 0;
        do
        {
            total += Run(only >= 0 ? only : seed % Kinds.Length, seed, steps);
            seed++;
        }
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds);
        TestContext.Current.SendDiagnosticMessage($"{total} operations, up to seed {seed - 1}");
        Assert.True(total > 0);
    }

    public void Dispose() => _folder.Dispose();

    // What has the form of FAT32 but few clusters, mtools alone takes for something else; fsck.fat, Linux, Windows and UEFI do not.
    private static bool IsSmallFat32(int variant) => Kinds[variant].Options.StartsWith("-F 32", StringComparison.Ordinal) && Kinds[variant].Kibibytes < 33_000;

    private static long Read(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private int Run(int variant, int seed, int steps)
    {
        (int kibibytes, string options) = Kinds[variant];
        string image = _folder.File("image");
        try
        {
            FatImages.Make(image, kibibytes, options);
            using var run = new FatWriterRun(image, seed);
            for (int i = 0; i < steps; i++)
                run.Step();
            run.Compare();
            Assert.True(run.Counts.Done > steps / 8, $"only {run.Counts.Done} of {steps} operations were done");
            if (!IsSmallFat32(variant))
                CompareWithMtools(image, run.Files);
            return run.Counts.Done;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"variant {variant} ({options}), seed {seed}: {e.Message}", e);
        }
    }

    private void CompareWithMtools(string image, IReadOnlyDictionary<string, byte[]> expected)
    {
        string folder = _folder.File("copied");
        Tool.Run("rm", "-rf", folder); // an earlier round's
        FatImages.CopyOut(image, folder);
        var found = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }).ToDictionary(path => path[folder.Length..], File.ReadAllBytes);
        // mtools knows the first 65,536 characters only.
        var files = expected.ToDictionary(static pair => pair.Key.Replace("\U0001F600", "__", StringComparison.Ordinal), static pair => pair.Value);
        Assert.Equal(files.Keys.Order(StringComparer.Ordinal), found.Keys.Order(StringComparer.Ordinal));
        foreach ((string path, byte[] content) in files)
            Assert.True(content.AsSpan().SequenceEqual(found[path]), $"mtools reads {path} otherwise");
    }
}
