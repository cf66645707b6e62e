namespace Mig.Exchange.Remotes;

/// <summary>How far a branch and its upstream are apart.</summary>
/// <param name="Ahead">Commits that only the branch has.</param>
/// <param name="Behind">Commits that only the upstream has.</param>
public readonly record struct AheadBehind(int Ahead, int Behind);
