namespace Mig.Machines.Installing.Scripts;

/// <summary>A script has come to something that only the machine can do.</summary>
internal sealed class ScriptBlockedException(int line, string what) : Exception($"line {line}: {what}");
