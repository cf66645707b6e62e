namespace Mig.Inventories;

/// <summary>A unit that systemd starts by itself.</summary>
/// <param name="Name">Such as <c>ssh.service</c>.</param>
/// <param name="WantedBy">The unit that pulls it in, such as <c>multi-user.target</c>.</param>
public sealed record EnabledUnit(string Name, string WantedBy);
