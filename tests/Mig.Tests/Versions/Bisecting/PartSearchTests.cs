using Mig.Versions.Bisecting;
using Mig.Versions.Bisecting.Parts;

namespace Mig.Tests.Versions.Bisecting;

/// <summary>A search among parts finds a set of which none can be left out, in as few tests as halving takes.</summary>
public sealed class PartSearchTests
{
    private const int Packages = 160;
    private const int Files = 40;

    [Fact]
    public void One_package_of_160_is_found_in_ten_tests()
    {
        for (int culprit = 0; culprit < Packages; culprit++)
        {
            var search = new PartSearch(Packages + Files, static parts => parts, parts => Mark(parts.Contains(culprit)))
            { FirstProbe = Packages };
            Assert.Equal([culprit], search.Run().Needed);
            Assert.InRange(search.Tests, 1, 10);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Of_several_none_can_be_left_out(int seed)
    {
        var random = new Random(seed);
        for (int round = 0; round < 100; round++)
        {
            int count = 1 + random.Next(30);
            HashSet<int>[] breaking = [.. Enumerable.Range(0, 1 + random.Next(3))
                .Select(_ => Enumerable.Range(0, 1 + random.Next(3)).Select(_ => random.Next(count)).ToHashSet())];
            int[] needs = [.. Enumerable.Range(0, count).Select(part => random.Next(3) == 0 ? random.Next(count) : part)];
            PartFinding finding = new PartSearch(count, Close, parts => Mark(breaking.Any(parts.IsSupersetOf))).Run();

            Assert.Empty(finding.Suspects);
            Assert.Contains(breaking, Close(finding.Needed.ToHashSet()).IsSupersetOf);
            Assert.Equal(Close(finding.Needed.ToHashSet()).Except(finding.Needed).Order(), finding.Companions);
            foreach (int part in finding.Needed)
                Assert.DoesNotContain(breaking, Close(finding.Needed.Where(other => other != part).ToHashSet()).IsSupersetOf);

            IReadOnlySet<int> Close(IReadOnlySet<int> parts)
            {
                HashSet<int> closed = [.. parts];
                while (closed.ToList().Sum(part => closed.Add(needs[part]) ? 1 : 0) > 0)
                {
                }

                return closed;
            }
        }
    }

    [Fact]
    public void What_cannot_be_tested_is_gone_around_or_named()
    {
        PartFinding around = new PartSearch(40, static parts => parts, parts => parts.Count is 20 or 21 ? BisectMark.Skip
            : Mark(parts.Contains(7))).Run();
        Assert.Equal([7], around.Needed);

        PartFinding between = new PartSearch(40, static parts => parts, parts => parts.Count is > 5 and < 12 ? BisectMark.Skip
            : Mark(parts.Contains(7))).Run();
        Assert.Equal(Enumerable.Range(5, 7), between.Suspects);
        Assert.Empty(between.Needed);
    }

    [Fact]
    public void Parts_that_break_nothing_together_are_not_blamed()
    {
        PartFinding finding = new PartSearch(9, static parts => parts, static _ => BisectMark.Good).Run();
        Assert.Empty(finding.Needed);
        Assert.Empty(finding.Suspects);
        Assert.Equal(Enumerable.Range(0, 9), new PartSearch(9, static parts => parts, static _ => BisectMark.Skip).Run().Suspects);
    }

    private static BisectMark Mark(bool isBad) => isBad ? BisectMark.Bad : BisectMark.Good;
}
