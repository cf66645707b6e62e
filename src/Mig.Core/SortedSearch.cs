namespace Mig.Core;

/// <summary>Binary search in whatever is sorted.</summary>
public static class SortedSearch
{
    /// <summary>Returns the first index for which a condition holds; <paramref name="count"/> when there is none.</summary>
    /// <param name="holds">Where it holds for an index, it holds for all above.</param>
    public static int First(int count, Func<int, bool> holds)
    {
        ArgumentNullException.ThrowIfNull(holds);
        int low = 0, high = count;
        while (low < high)
        {
            int middle = low + ((high - low) / 2);
            if (holds(middle))
                high = middle;
            else
                low = middle + 1;
        }

        return low;
    }
}
