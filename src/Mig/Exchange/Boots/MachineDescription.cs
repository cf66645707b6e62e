namespace Mig.Exchange.Boots;

/// <summary>A machine, as another program takes it.</summary>
/// <param name="Text">What that program is given.</param>
/// <param name="Commands">What makes the files and sockets that it names, in this order; for a shell.</param>
public sealed record MachineDescription(string Text, IReadOnlyList<string> Commands);
