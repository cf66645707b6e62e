using Mig.Fuzz;

namespace Mig.Tests.Damages;

/// <summary>A short run of the fuzzer from a fixed seed; eng/fuzz.sh runs it for as long as one likes.</summary>
public sealed class FuzzTests
{
    private const int Seed = 20_081;

    [Fact]
    public void DamagedInputIsRefusedOrRead()
    {
        IReadOnlyList<(string Target, long Cases, long Refused)> results = Fuzzer.RunCases(1500, Seed);
        Assert.Equal(["partitions", "vmdk", "qcow2", "ext", "ext-writer", "fat", "fat-writer", "ntfs", "index", "pack", "objects",
            "packages", "layer", "changes"], results.Select(result => result.Target));

        foreach ((string target, long cases, long refused) in results)
            TestContext.Current.TestOutputHelper?.WriteLine($"{target}: {cases} cases, {refused} refused");

        // A parser that refuses everything, or nothing, is not being tested.
        foreach ((string target, long cases, long refused) in results.Where(result => result.Target != "partitions"))
            Assert.True(refused > cases / 50 && refused < cases, $"{target}: {refused} of {cases} refused");
    }

    [Fact]
    public void WhatIsNotDocumentedIsAFinding()
    {
        // Negative control.
        using var target = new CrashingTarget();
        Assert.Throws<FuzzFindingException>(() => Fuzzer.RunOne(target, Seed));
    }

    private sealed class CrashingTarget : FuzzTarget
    {
        public override string Name => "crashing";

        public override IReadOnlyList<byte[]> Seeds { get; } = [new byte[100]];

        public override void Run(byte[] input) => _ = input[input.Length];
    }
}
