import { useModels } from '../app/models.ts';
import { Mark } from '../look/mark.tsx';

/** Which feature is asked. With only one there is nothing to pick, and its name stands there. */
export function FeaturePicker() {
  const { session, talk } = useModels();
  const state = session.state.value;
  if (state.kind !== 'ready') return null;
  const { features, default_feature: fallback } = state.policy;
  const chosen = talk.feature.value ?? fallback;
  const [only] = features;
  if (features.length === 1 && only !== undefined) return <span class="pick only">{only.title}</span>;
  return (
    <label class="pick">
      <span class="unseen">Feature</span>
      <select value={chosen} onChange={(event) => (talk.feature.value = event.currentTarget.value)}>
        {features.map((feature) => (
          <option key={feature.name} value={feature.name}>
            {feature.title}
          </option>
        ))}
      </select>
      <Mark name="down" look="small" />
    </label>
  );
}
