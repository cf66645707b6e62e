namespace Mig.Architecture.Tests.Graphs;

// What GraphTests looks at: Sample names each of the others in one way, and one of them in none.
[SampleAttribute]
internal sealed class Sample : SampleBase, SampleInterface
{
    private readonly SampleField[] _field = [];

    public static T Pass<T>(SampleParameter parameter, T value)
        where T : SampleConstraint
    {
        try
        {
            Console.Out.Write($"{new List<SampleArgument>().Count}{SampleCall.Answer()}");
        }
        catch (SampleCaught)
        {
            Func<string> late = () => $"{SampleInLambda.Answer()} called late";
            Console.Out.Write(late());
        }

        return value;
    }

    public override string ToString() => $"{_field.Length}";
}

internal class SampleBase;

internal interface SampleInterface;

internal sealed class SampleField;

internal sealed class SampleParameter;

internal sealed class SampleArgument;

internal interface SampleConstraint;

internal sealed class SampleUnused;

[AttributeUsage(AttributeTargets.Class)]
internal sealed class SampleAttribute : Attribute;

internal sealed class SampleCaught : Exception;

internal static class SampleCall
{
    public static string Answer() => "call";
}

internal static class SampleInLambda
{
    public static string Answer() => "lambda";
}
