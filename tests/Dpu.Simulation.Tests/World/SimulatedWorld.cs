using Dpu.TestKit;

namespace Dpu.Simulated;

/// <summary>What everything in a simulated cluster shares: clock, chance, the network, the story, and what the seed drew for this run.</summary>
internal sealed class SimulatedWorld(int seed, PlantedBug planted, bool tellsStory)
{
    private const int StoryLines = 5000;
    private readonly Queue<string> _story = new();

    public Simulation Simulation { get; } = new(seed);

    public int Seed => seed;

    public Random Random => Simulation.Random;

    public VirtualTime Time => Simulation.Time;

    public TimeSpan Now => Time.Elapsed;

    /// <summary>Carries what is on its way; it never dies.</summary>
    public SimulatedProcess Network => _network ??= Simulation.StartProcess("network");

    private SimulatedProcess? _network;

    public PlantedBug Planted => planted;

    public ClusterTerms Terms { get; } = ClusterTerms.Draw(seed);

    public Faults Faults { get; } = new();

    public SimulatedOutputs Outputs { get; } = new();

    /// <summary>What really runs.</summary>
    public SimulatedRecipes Recipes { get; } = new();

    /// <summary>Who looks whether everything holds.</summary>
    public IWitness Witness { get; set; } = null!;

    /// <summary>A failure of an actor that no fault explains.</summary>
    public Exception? Unexplained { get; set; }

    /// <summary>How many faults have struck.</summary>
    public int Strikes { get; set; }

    /// <summary>What happened last, oldest first; empty unless it is told.</summary>
    public IEnumerable<string> Story => _story;

    /// <summary>Tells the story; costs nothing when nobody listens.</summary>
    public void Tell([System.Runtime.CompilerServices.InterpolatedStringHandlerArgument("")] ref StoryLine line)
    {
        if (tellsStory)
        {
            if (_story.Count == StoryLines)
            {
                _story.Dequeue();
            }

            _story.Enqueue(string.Create(
                System.Globalization.CultureInfo.InvariantCulture,
                $"  {Now.TotalSeconds,9:0.0000} s  step {Simulation.Dispatcher.Steps,6}  {line.ToStringAndClear()}"));
        }
    }

    public bool Chance(double share) => share > 0 && Random.NextDouble() < share;

    public TimeSpan UpTo(TimeSpan longest) => longest * Random.NextDouble();

    /// <summary>A line of the story that is put together only when somebody listens.</summary>
    [System.Runtime.CompilerServices.InterpolatedStringHandler]
    public ref struct StoryLine
    {
        private System.Runtime.CompilerServices.DefaultInterpolatedStringHandler _text;
        private readonly bool _isTold;

        public StoryLine(int literalLength, int formattedCount, SimulatedWorld world, out bool isTold)
        {
            _isTold = isTold = world.TellsStory;
            _text = isTold ? new(literalLength, formattedCount, System.Globalization.CultureInfo.InvariantCulture) : default;
        }

        public void AppendLiteral(string text) => _text.AppendLiteral(text);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        public string ToStringAndClear() => _isTold ? _text.ToStringAndClear() : "";
    }

    private bool TellsStory => tellsStory;
}
