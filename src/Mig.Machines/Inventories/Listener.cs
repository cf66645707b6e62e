namespace Mig.Machines.Inventories;

/// <summary>Where a service is set up to listen.</summary>
/// <param name="Service">Such as <c>sshd</c> or <c>docker.socket</c>.</param>
/// <param name="Address">As the configuration writes it: a port, an address with one, or the path of a socket. Of databases, which have two
/// settings for it, address and port.</param>
/// <param name="Location">The file that says so, without a leading slash.</param>
public sealed record Listener(string Service, string Address, string Location);
