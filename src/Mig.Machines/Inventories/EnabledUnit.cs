namespace Mig.Machines.Inventories;

/// <summary>A unit that systemd starts by itself, or a service of Windows.</summary>
/// <param name="Name">Such as <c>ssh.service</c>.</param>
/// <param name="WantedBy">The unit that pulls it in, such as <c>multi-user.target</c>, or the alias that it goes by, where that is all; of
/// Windows, how it starts.</param>
public sealed record EnabledUnit(string Name, string WantedBy);
