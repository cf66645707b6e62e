using System.Reflection;

namespace Mig.Tests.Formats;

/// <summary>What a record prints of itself is for people who look for a fault: printing must not be one.</summary>
public class RecordTests
{
    [Fact]
    public void Records_can_be_printed()
    {
        Type[] records = [.. Directory.GetFiles(AppContext.BaseDirectory, "Mig*.dll")
            .Where(path => !Path.GetFileName(path).Contains("Test", StringComparison.Ordinal))
            .SelectMany(path => Assembly.LoadFrom(path).GetTypes())
            .Where(type => IsRecord(type) && !type.ContainsGenericParameters)];
        Assert.True(records.Length > 300, $"{records.Length} records were found");
        Assert.Empty(records.SelectMany(FindFaults));
    }

    [Fact]
    public void The_check_finds_what_throws()
    {
        Assert.NotEmpty(FindFaults(typeof(WithSpan)));
        Assert.NotEmpty(FindFaults(typeof(WithNull)));
        Assert.Empty(FindFaults(typeof(Fine)));
    }

    private static bool IsRecord(Type type) =>
        type.GetMethod("PrintMembers", BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.DeclaredOnly) is not null;

    // A ref struct cannot be boxed, so that a property of one throws; and a struct may have no value yet when it is printed.
    private static IEnumerable<string> FindFaults(Type type)
    {
        foreach (PropertyInfo property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public)
            .Where(property => property.PropertyType.IsByRefLike && !HasOwnToString(type)))
            yield return $"{type}.{property.Name} cannot be printed";
        if (type.IsValueType && Record.Exception(() => Activator.CreateInstance(type)!.ToString()) is { } error)
            yield return $"default({type}) cannot be printed: {error.GetType().Name}";
    }

    private static bool HasOwnToString(Type type) =>
        type.GetMethod(nameof(ToString),
            Type.EmptyTypes)!.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is null;

    private sealed record WithSpan(byte[] Bytes)
    {
        public ReadOnlySpan<byte> View => Bytes;
    }

    private readonly record struct WithNull(byte[] Bytes)
    {
        public int Count => Bytes.Length;
    }

    private readonly record struct Fine(byte[] Bytes);
}
