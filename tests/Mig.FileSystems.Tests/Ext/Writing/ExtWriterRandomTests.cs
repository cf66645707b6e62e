using System.Globalization;
using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Ext.Writing;

/// <summary>Random operations on every kind of file system, each judged by e2fsck, the reader and a model, and all together by the kernel.</summary>
public sealed class ExtWriterRandomTests : IDisposable
{
    private static readonly string[] Hashes = ["half_md4", "tea", "legacy"];

    private readonly TemporaryFolder _folder = new();

    public static TheoryData<int> Variants => [.. Enumerable.Range(0, WriterVariants.All.Length)];

    [Theory]
    [MemberData(nameof(Variants))]
    public void WhatIsWrittenIsWhatTheModelHas(int variant) => Run(variant, seed: 1000 + variant, steps: 16);

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
            total += Run(only >= 0 ? only : seed % WriterVariants.All.Length, seed, steps);
            seed++;
        }
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds);
        TestContext.Current.SendDiagnosticMessage($"{total} operations, up to seed {seed - 1}");
        Assert.True(total > 0);
    }

    public void Dispose() => _folder.Dispose();

    private static long Read(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    private int Run(int variant, int seed, int steps)
    {
        (string options, string size) = WriterVariants.All[variant];
        string image = _folder.File("image");
        string hash = Hashes[seed % Hashes.Length];
        bool isFilled = seed / 3 % 3 != 0;
        bool isFull = seed / 3 % 3 == 2;
        string where = $"variant {variant} ({options}, {hash}, {(isFull ? "full" : isFilled ? "filled" : "empty")}), seed {seed}";
        try
        {
            WriterVariants.Make(image, options, size, hash, isFilled, isFull);
            using var run = new WriterRun(image, seed);
            for (int i = 0; i < steps; i++)
                run.Step();
            run.Compare();
            Assert.True(run.Counts.Done > steps / 8, $"only {run.Counts.Done} of {steps} operations were done");
            if (!WriterVariants.CanMount(options))
                return run.Counts.Done;
            using var mount = new LoopMount(image, "ro");
            IReadOnlyList<TreeEntry> seen = [.. HostTree.Read(mount.Path, ExtImages.VisibleAttributes).Where(static entry => entry.Path != "/lost+found")];
            TreeComparison.AssertEqual(run.Expected, seen);
            return run.Counts.Done;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{where}: {e.Message}", e);
        }
    }
}
