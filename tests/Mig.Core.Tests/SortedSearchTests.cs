namespace Mig.Core.Tests;

public class SortedSearchTests
{
    [Fact]
    public void TheFirstIsThatOfALookAtEach()
    {
        for (int count = 0; count < 20; count++)
        {
            for (int first = 0; first <= count; first++)
            {
                var asked = new List<int>();
                int found = SortedSearch.First(count, index =>
                {
                    asked.Add(index);
                    return index >= first;
                });
                Assert.Equal(first, found);
                Assert.All(asked, index => Assert.InRange(index, 0, count - 1));
                Assert.InRange(asked.Count, 0, 5);
            }
        }
    }

    [Fact]
    public void AnyCountIsSearched() =>
        Assert.Equal(int.MaxValue - 1, SortedSearch.First(int.MaxValue, index => index >= int.MaxValue - 1));
}
