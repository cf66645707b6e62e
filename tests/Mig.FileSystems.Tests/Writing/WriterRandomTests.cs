using System.Globalization;
using Mig.Core;
using Mig.Testing.FileSystems;

namespace Mig.FileSystems.Tests.Writing;

/// <summary>
/// Random operations on every kind of file system of a format, each judged by the foreign judge and a model, and now and then by a foreign
/// reader.
/// </summary>
public abstract class WriterRandomTests : IDisposable
{
    private const int StepsPerForeignComparison = 20;

    private readonly TemporaryFolder _folder = new();

    /// <summary>How many kinds of file system there are.</summary>
    protected abstract int KindCount { get; }

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
            total += Run(only >= 0 ? only : seed % KindCount, seed, steps);
            seed++;
        }
        while (TimeProvider.System.GetElapsedTime(start).TotalSeconds < seconds);
        TestContext.Current.SendDiagnosticMessage($"{total} operations, up to seed {seed - 1}");
        Assert.True(total > 0);
    }

    /// <summary>The negative control: each reader finds what the model does not have.</summary>
    [Fact]
    public void WhatTheModelDoesNotHaveIsFound()
    {
        string image = _folder.File("image");
        using WriterRun run = Start(image, variant: 0, seed: 0);
        run.Compare();
        run.CompareWithOthers();
        using (FileTarget target = FileTarget.Open(image))
        using (IFileSystemWriter writer = FileSystemFormats.OpenWriter(target, Limits.Default, new TestClock())!)
        {
            writer.CreateFile("/unknown"u8, writer.Fit(NodeType.File, new NodeMetadata(0)), new MemorySource(new byte[3]));
            writer.Commit();
        }

        Assert.Contains("/unknown", Assert.ThrowsAny<Xunit.Sdk.XunitException>(run.Compare).Message, StringComparison.Ordinal);
        Assert.Contains("/unknown", Assert.ThrowsAny<Xunit.Sdk.XunitException>(run.CompareWithOthers).Message, StringComparison.Ordinal);
    }

    public void Dispose()
    {
        _folder.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>Makes an image of a kind and begins a run on it.</summary>
    private protected abstract WriterRun Start(string image, int variant, int seed);

    /// <summary>Describes a kind of file system, for who looks for what a failure needs.</summary>
    protected abstract string Describe(int variant, int seed);

    /// <returns>How many operations were done.</returns>
    protected int Run(int variant, int seed, int steps)
    {
        try
        {
            using WriterRun run = Start(_folder.File("image"), variant, seed);
            for (int i = 1; i <= steps; i++)
            {
                run.Step();
                if (i % StepsPerForeignComparison == 0 && i < steps)
                    run.CompareWithOthers();
            }

            run.Compare();
            run.CompareWithOthers();
            Assert.True(run.Counts.Done > steps / 8, $"only {run.Counts.Done} of {steps} operations were done");
            return run.Counts.Done;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"variant {variant} ({Describe(variant, seed)}), seed {seed}: {e.Message}", e);
        }
    }

    private static long Read(string variable, long otherwise) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text ? long.Parse(text, CultureInfo.InvariantCulture) : otherwise;
}
