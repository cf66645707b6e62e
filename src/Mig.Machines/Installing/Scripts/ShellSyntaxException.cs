namespace Mig.Machines.Installing.Scripts;

/// <summary>A script is not what this reader of shell scripts understands.</summary>
/// <param name="line">Counted from 1.</param>
internal sealed class ShellSyntaxException(int line, string what) : Exception($"line {line}: {what}");
